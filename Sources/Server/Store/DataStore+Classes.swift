package import API
internal import GRDB

extension DataStore {
  /// Replaces a project's class list.
  ///
  /// A class of id 0 keeps the id of the present class of that name, unless the list gives that id
  /// away, or gets an id that was never used.
  ///
  /// - Returns: the new list, each class with its id.
  /// - Throws: `.changed`; `.classInUse` when a class that images use would be dropped;
  ///   `.notFound(.classID)` for an id the project does not have; `.repeatedClass`; `.limit` past
  ///   `projectClassesMax`.
  package func setClasses(
    _ wanted: [Class], ofProject name: String, of account: AccountID, etag: String = "",
    at now: Timestamp, keeping answer: PendingResponse<ClassList>? = nil
  ) async throws -> ClassList {
    try await changeClasses(
      ofProject: name, of: account, etag: etag, at: now, keeping: answer
    ) { _, _, _ in wanted }
  }

  /// Adds a class at the end of the list.
  ///
  /// - Throws: `.alreadyExists(.classID)`, `.limit` past `projectClassesMax`.
  package func createClass(
    named className: String, ofProject name: String, of account: AccountID, at now: Timestamp,
    keeping answer: PendingResponse<ClassList>? = nil
  ) async throws -> ClassList {
    try await changeClasses(
      ofProject: name, of: account, etag: "", at: now, keeping: answer
    ) { present, _, _ in
      guard !present.contains(where: { $0.name == className }) else {
        throw StoreError.alreadyExists(.classID, className)
      }
      return present + [Class(name: className)]
    }
  }

  /// Renames a class.
  ///
  /// - Throws: `.changed`, `.notFound(.classID)`, `.alreadyExists(.classID)`.
  package func renameClass(
    _ id: Int32, to className: String, ofProject name: String, of account: AccountID,
    etag: String = "", at now: Timestamp, keeping answer: PendingResponse<ClassList>? = nil
  ) async throws -> ClassList {
    try await changeClasses(
      ofProject: name, of: account, etag: etag, at: now, keeping: answer
    ) { present, _, _ in
      guard !present.contains(where: { $0.name == className && $0.id != id }) else {
        throw StoreError.alreadyExists(.classID, className)
      }
      var list = present
      list[try Self.place(of: id, in: present)].name = className
      return list
    }
  }

  /// Removes a class that no image uses.
  ///
  /// - Throws: `.changed`, `.notFound(.classID)`, `.classInUse`.
  package func deleteClass(
    _ id: Int32, ofProject name: String, of account: AccountID, etag: String = "",
    at now: Timestamp, keeping answer: PendingResponse<ClassList>? = nil
  ) async throws -> ClassList {
    try await changeClasses(
      ofProject: name, of: account, etag: etag, at: now, keeping: answer
    ) { present, _, _ in
      var list = present
      list.remove(at: try Self.place(of: id, in: present))
      return list
    }
  }

  /// Annotates with one class what is annotated with others, and removes those.
  ///
  /// - Throws: `.changed`, `.notFound(.classID)`, `.repeatedClass`.
  package func mergeClasses(
    _ merged: [Int32], into id: Int32, ofProject name: String, of account: AccountID,
    etag: String = "", at now: Timestamp, keeping answer: PendingResponse<ClassList>? = nil
  ) async throws -> ClassList {
    try await changeClasses(
      ofProject: name, of: account, etag: etag, at: now, keeping: answer
    ) { present, project, db in
      _ = try Self.place(of: id, in: present)
      var list = present
      let change = try Change(of: project, by: account, at: now, in: db)
      var gone: Set<Int32> = [id]
      for other in merged {
        guard gone.insert(other).inserted else { throw StoreError.repeatedClass("id \(other)") }
        list.remove(at: try Self.place(of: other, in: list))
        try Self.reannotate(other, as: id, of: project, by: change, in: db)
      }
      return list
    }
  }

  /// Changes a class list in one transaction, to what `body` makes of the present one.
  private func changeClasses(
    ofProject name: String, of account: AccountID, etag: String, at now: Timestamp,
    keeping answer: PendingResponse<ClassList>?,
    _ body: @escaping @Sendable ([Class], ProjectID, Database) throws -> [Class]
  ) async throws -> ClassList {
    let limits = self.limits
    return try await transaction { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      try Self.revision(of: project, in: db).require(etag, of: .project, name)
      let present = try Self.classes(of: project, in: db)
      let wanted = try body(present, project, db)
      guard wanted.count <= limits.projectClassesMax else {
        throw StoreError.limit(
          name: "classes", value: UInt64(wanted.count), limit: limits.projectClassesMax)
      }
      var next = Int32(
        try Self.count(db, "SELECT next_class FROM project WHERE id = ?", [project.rawValue]))
      let list = try Self.numbered(wanted, present: present, next: &next)
      let kept = Set(list.map(\.id))
      for dropped in present where !kept.contains(dropped.id) {
        try Self.requireUnused(dropped, of: project, in: db)
      }
      try Self.change(present, of: project, to: list, next: next, in: db)
      if list != present { try Self.markChanged(project, by: account, at: now, in: db) }
      let answered = try Self.classList(of: project, in: db)
      try self.keep(answer, answered, of: account, in: db)
      return answered
    }
  }

  /// - Throws: `.notFound` when the account has no project of that name.
  package func classes(
    ofProject name: String, of account: AccountID
  ) async throws -> ClassList {
    try await read { db in
      try Self.classList(of: Self.projectID(named: name, of: account, in: db).id, in: db)
    }
  }

  /// Removes every class of a project.
  ///
  /// With `force` also from the images that use one: they become unlabelled.
  ///
  /// - Throws: `.classInUse` without `force`.
  package func deleteClasses(
    ofProject name: String, of account: AccountID, force: Bool, at now: Timestamp,
    keeping answer: PendingResponse<Void>? = nil
  ) async throws {
    let rowsMax = Batches(atMost: limits.batchRowsMax).rowsMax
    let unfinished = try await transaction(.essential) { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      if !force {
        for present in try Self.classes(of: project, in: db) {
          try Self.requireUnused(present, of: project, in: db)
        }
      }
      try db.execute(
        sql: "UPDATE project SET removing_classes = 1 WHERE id = ?", arguments: [project.rawValue])
      try Self.markChanged(project, by: account, at: now, in: db)
      let next = try Self.removeClassesFurther(of: project, rowsMax: rowsMax, in: db)
      try self.keep(answer, (), of: account, in: db)
      return next.map { (project: project, next: $0) }
    }
    if let unfinished {
      try await finishClassRemoval(of: unfinished.project, after: unfinished.next)
    }
  }
}

extension DataStore {
  static func classes(of project: ProjectID, in db: Database) throws -> [Class] {
    try Row.fetchAll(
      db.cachedStatement(sql: "SELECT id, name, position FROM class WHERE project = ?"),
      arguments: [project.rawValue]
    ).sorted { ($0["position"] as Int64) < $1["position"] }
      .map { Class(id: $0["id"], name: $0["name"]) }
  }

  static func classList(of project: ProjectID, in db: Database) throws -> ClassList {
    ClassList(
      classes: try classes(of: project, in: db), etag: try revision(of: project, in: db).etag)
  }

  private static func place(of id: Int32, in list: [Class]) throws(StoreError) -> Int {
    guard let place = list.firstIndex(where: { $0.id == id }) else {
      throw .notFound(.classID, "id \(id)")
    }
    return place
  }

  /// Of the project's description and class list.
  static func revision(of project: ProjectID, in db: Database) throws -> Revision {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT revision, editor, update_time FROM project WHERE id = ?"),
      arguments: [project.rawValue])
    guard let row else { throw StoreError.notFound(.project, "row \(project.rawValue)") }
    return Revision(row: row, author: "editor", time: "update_time")
  }

  /// Notes that the project's description or class list has changed.
  static func markChanged(
    _ project: ProjectID, by account: AccountID, at now: Timestamp, in db: Database
  ) throws {
    let change = try Change(of: project, by: account, at: now, in: db)
    try db.execute(
      sql: "UPDATE project SET revision = ?, editor = ?, update_time = ? WHERE id = ?",
      arguments: [
        change.number, change.author, change.time.unixMilliseconds, project.rawValue,
      ])
  }

  /// Annotates with a class what is annotated with another.
  private static func reannotate(
    _ old: Int32, as new: Int32, of project: ProjectID, by change: Change, in db: Database
  ) throws {
    let author = change.author
    let time = change.time.unixMilliseconds
    try db.execute(
      sql: """
        UPDATE data_point SET revision = ?, labeler = ?, label_time = ?
        WHERE project = ? AND id IN (SELECT data_point FROM box WHERE project = ?4 AND class = ?)
        """,
      arguments: [change.number, author, time, project.rawValue, old])
    // Box by box and not as one update: the triggers that count a class's images see boxes come and go.
    let boxes = try Row.fetchAll(
      db, sql: "SELECT * FROM box WHERE project = ? AND class = ?",
      arguments: [project.rawValue, old])
    for box in boxes {
      let place = [box["data_point"] as Int64, box["position"] as Int64]
      try db.cachedStatement(sql: "DELETE FROM box WHERE data_point = ? AND position = ?")
        .execute(arguments: StatementArguments(place))
      try insertBox(
        of: place[0], at: place[1], project: project, class: new,
        [box["x_min"], box["y_min"], box["x_max"], box["y_max"]], in: db)
    }
    try db.execute(
      sql: """
        UPDATE data_point SET class = ?, revision = ?, labeler = ?, label_time = ?
        WHERE project = ? AND class = ?
        """,
      arguments: [new, change.number, author, time, project.rawValue, old])
  }

  static func classID(
    named name: String, of project: ProjectID, in db: Database
  ) throws -> Int32 {
    let id = try Int32.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM class WHERE project = ? AND name = ?"),
      arguments: [project.rawValue, name])
    guard let id else { throw StoreError.unknownClass(name) }
    return id
  }

  /// Gives an id to each class that has none.
  ///
  /// `next` is the lowest id never used, and moves past those given out.
  static func numbered(
    _ wanted: [Class], present: [Class], next: inout Int32
  ) throws(StoreError) -> [Class] {
    let presentIDs = Set(present.map(\.id))
    var taken: Set<Int32> = []
    for entry in wanted where entry.id != 0 {
      guard presentIDs.contains(entry.id) else { throw .notFound(.classID, "id \(entry.id)") }
      guard taken.insert(entry.id).inserted else { throw .repeatedClass("id \(entry.id)") }
    }
    let idsByName = Dictionary(present.map { ($0.name, $0.id) }, uniquingKeysWith: { id, _ in id })
    var names: Set<String> = []
    var list: [Class] = []
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
      // Without what a newer client may have said of it.
      list.append(Class(id: entry.id, name: entry.name))
    }
    return list
  }

  /// Writes the classes that differ, and no others.
  private static func change(
    _ present: [Class], of project: ProjectID, to list: [Class], next: Int32,
    in db: Database
  ) throws {
    let old = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1.id, ($0, $1.name)) })
    let kept = Set(list.map(\.id))
    let drop = try db.cachedStatement(sql: "DELETE FROM class WHERE project = ? AND id = ?")
    for entry in present where !kept.contains(entry.id) {
      try drop.execute(arguments: [project.rawValue, entry.id])
    }
    // Classes may swap names, and no two have the same name even for a moment. So those to be
    // renamed first get names longer than any class may have.
    let rename = try db.cachedStatement(
      sql: "UPDATE class SET name = ? WHERE project = ? AND id = ?")
    for entry in list {
      guard let name = old[entry.id]?.1, name != entry.name else { continue }
      let placeholder = String(repeating: "~", count: 65) + "\(entry.id)"
      try rename.execute(arguments: [placeholder, project.rawValue, entry.id])
    }
    for (position, entry) in list.enumerated() {
      if let (place, name) = old[entry.id], place == position, name == entry.name { continue }
      try db.cachedStatement(
        sql: """
          INSERT INTO class (project, id, name, position) VALUES (?, ?, ?, ?)
          ON CONFLICT (project, id) DO UPDATE SET name = excluded.name, position = excluded.position
          """
      ).execute(arguments: [project.rawValue, entry.id, entry.name, position])
    }
    try db.execute(
      sql: "UPDATE project SET next_class = ? WHERE id = ? AND next_class <> ?1",
      arguments: [next, project.rawValue])
  }

  private static func requireUnused(
    _ entry: Class, of project: ProjectID, in db: Database
  ) throws {
    let users = try count(
      db, "SELECT image_count FROM class WHERE project = ? AND id = ?",
      [project.rawValue, entry.id])
    guard users == 0 else { throw StoreError.classInUse(entry.name, images: users) }
  }
}
