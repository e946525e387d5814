internal import GRDB

extension DataStore {
  /// Replaces a project's class list.
  ///
  /// A class of id 0 keeps the id of the present class of that name, unless the list gives that id
  /// away, or gets an id that was never used.
  ///
  /// - Returns: the new list, each class with its id.
  /// - Throws: `.classInUse` when a class that images use would be dropped; `.notFound(.classID)`
  ///   for an id the project does not have; `.repeatedClass`; `.limit` past `projectClassesMax`.
  package func setClasses(
    _ wanted: [ClassRecord], ofProject name: String, of account: AccountID,
    keeping answer: AnswerToKeep<[ClassRecord]>? = nil
  ) async throws -> [ClassRecord] {
    let limits = self.limits
    guard wanted.count <= limits.projectClassesMax else {
      throw StoreError.limit(
        name: "classes", value: UInt64(wanted.count), limit: limits.projectClassesMax)
    }
    return try await transaction { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      let present = try Self.classes(of: project, in: db)
      var next = UInt32(
        try Self.count(db, "SELECT next_class FROM project WHERE id = ?", [project.rawValue]))
      let list = try Self.numbered(wanted, present: present, next: &next)
      let kept = Set(list.map(\.id))
      for dropped in present where !kept.contains(dropped.id) {
        let users = try Self.dataPointCount(using: dropped.id, of: project, in: db)
        guard users == 0 else {
          throw StoreError.classInUse(dropped.name, dataPoints: users)
        }
      }
      try Self.replaceClasses(of: project, with: list, next: next, in: db)
      try self.keep(answer, list, of: account, in: db)
      return list
    }
  }

  /// - Throws: `.notFound` when the account has no project of that name.
  package func classes(
    ofProject name: String, of account: AccountID
  ) async throws -> [ClassRecord] {
    try await read { db in
      try Self.classes(of: Self.projectID(named: name, of: account, in: db).id, in: db)
    }
  }

  /// Removes every class of a project.
  ///
  /// With `force` also from the images that use one: they become unlabelled.
  ///
  /// - Throws: `.classInUse` without `force`.
  package func deleteClasses(
    ofProject name: String, of account: AccountID, force: Bool,
    keeping answer: AnswerToKeep<Void>? = nil
  ) async throws {
    try await transaction { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      if force {
        try Self.removeClassAnnotations(of: project, in: db)
      } else {
        for present in try Self.classes(of: project, in: db) {
          let users = try Self.dataPointCount(using: present.id, of: project, in: db)
          guard users == 0 else { throw StoreError.classInUse(present.name, dataPoints: users) }
        }
      }
      try db.execute(sql: "DELETE FROM class WHERE project = ?", arguments: [project.rawValue])
      try self.keep(answer, (), of: account, in: db)
    }
  }
}

extension DataStore {
  static func classes(of project: ProjectID, in db: Database) throws -> [ClassRecord] {
    try Row.fetchAll(
      db.cachedStatement(sql: "SELECT id, name FROM class WHERE project = ? ORDER BY position"),
      arguments: [project.rawValue]
    ).map { ClassRecord(id: $0["id"], name: $0["name"]) }
  }

  static func classID(
    named name: String, of project: ProjectID, in db: Database
  ) throws -> UInt32 {
    let id = try UInt32.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM class WHERE project = ? AND name = ?"),
      arguments: [project.rawValue, name])
    guard let id else { throw StoreError.unknownClass(name) }
    return id
  }

  /// Gives an id to each class that has none.
  ///
  /// `next` is the lowest id never used, and moves past those given out.
  static func numbered(
    _ wanted: [ClassRecord], present: [ClassRecord], next: inout UInt32
  ) throws(StoreError) -> [ClassRecord] {
    let presentIDs = Set(present.map(\.id))
    var taken: Set<UInt32> = []
    for entry in wanted where entry.id != 0 {
      guard presentIDs.contains(entry.id) else { throw .notFound(.classID, "id \(entry.id)") }
      guard taken.insert(entry.id).inserted else { throw .repeatedClass("id \(entry.id)") }
    }
    let idsByName = Dictionary(present.map { ($0.name, $0.id) }, uniquingKeysWith: { id, _ in id })
    var names: Set<String> = []
    var list: [ClassRecord] = []
    for var entry in wanted {
      guard names.insert(entry.name).inserted else { throw .repeatedClass(entry.name) }
      if entry.id == 0 {
        if let id = idsByName[entry.name], taken.insert(id).inserted {
          entry.id = id
        } else {
          entry.id = next
          next += 1
        }
      }
      list.append(entry)
    }
    return list
  }

  private static func replaceClasses(
    of project: ProjectID, with list: [ClassRecord], next: UInt32, in db: Database
  ) throws {
    // Images refer to classes by id, and those references are checked at the commit, when every
    // class in use is back.
    try db.execute(sql: "DELETE FROM class WHERE project = ?", arguments: [project.rawValue])
    for (position, entry) in list.enumerated() {
      try db.execute(
        sql: "INSERT INTO class (project, id, name, position) VALUES (?, ?, ?, ?)",
        arguments: [project.rawValue, entry.id, entry.name, position])
    }
    try db.execute(
      sql: "UPDATE project SET next_class = ? WHERE id = ?", arguments: [next, project.rawValue])
  }

  private static func dataPointCount(
    using id: UInt32, of project: ProjectID, in db: Database
  ) throws -> UInt64 {
    try count(
      db,
      """
      SELECT (SELECT count(*) FROM data_point WHERE project = ?1 AND class = ?2)
        + (SELECT count(DISTINCT data_point) FROM box WHERE project = ?1 AND class = ?2)
      """,
      [project.rawValue, id])
  }

  private static func removeClassAnnotations(of project: ProjectID, in db: Database) throws {
    try db.execute(
      sql: """
        UPDATE data_point SET labeled = 0, class = NULL WHERE project = ?1 AND (class IS NOT NULL
          OR id IN (SELECT data_point FROM box WHERE project = ?1))
        """,
      arguments: [project.rawValue])
    try db.execute(sql: "DELETE FROM box WHERE project = ?", arguments: [project.rawValue])
  }
}
