package import API
internal import GRDB
internal import WellKnownTypes

extension DataStore {
  /// Makes an empty project.
  ///
  /// - Throws: `.alreadyExists` when the account has a project of that name, in whatever case;
  ///   `.limit` past `accountProjectsMax`; `.notFound` once the account has been deleted.
  package func createProject(
    name: String, type: ProjectType, description: String, of account: AccountID,
    at now: Timestamp, keeping answer: PendingResponse<Project>? = nil
  ) async throws -> Project {
    let limits = self.limits
    return try await transaction { db in
      let taken = try Self.count(
        db, "SELECT count(*) FROM project WHERE account = ? AND name = ?",
        [account.rawValue, name])
      guard taken == 0 else { throw StoreError.alreadyExists(.project, name) }
      let count = try Self.count(
        db, "SELECT count(*) FROM project WHERE account = ?", [account.rawValue])
      guard count < limits.accountProjectsMax else {
        throw StoreError.limit(name: "projects", value: count + 1, limit: limits.accountProjectsMax)
      }
      try db.execute(
        sql: """
          INSERT INTO project (account, name, kind, description, create_time)
          SELECT id, ?, ?, ?, ? FROM account WHERE id = ? AND removed = 0
          """,
        arguments: [name, type.rawValue, description, now.unixMilliseconds, account.rawValue])
      guard db.changesCount > 0 else {
        throw StoreError.notFound(.account, "number \(account.rawValue)")
      }
      let project = try Self.project(named: name, of: account, in: db).message
      try self.keep(answer, project, of: account, in: db)
      return project
    }
  }

  /// Changes the description, unless it is nil.
  ///
  /// - Throws: `.notFound`, `.changed`.
  package func updateProject(
    named name: String, of account: AccountID, description: String?, etag: String,
    at now: Timestamp, keeping answer: PendingResponse<Project>? = nil
  ) async throws -> Project {
    try await transaction { db in
      let id = try Self.projectID(named: name, of: account, in: db).id
      try Self.revision(of: id, in: db).require(etag, of: .project, name)
      if let description {
        try db.execute(
          sql: "UPDATE project SET description = ?1 WHERE id = ?2 AND description <> ?1",
          arguments: [description, id.rawValue])
        if db.changesCount > 0 { try Self.markChanged(id, by: account, at: now, in: db) }
      }
      let project = try Self.project(named: name, of: account, in: db).message
      try self.keep(answer, project, of: account, in: db)
      return project
    }
  }

  /// - Throws: `.notFound` when the account has no project of that name.
  package func project(named name: String, of account: AccountID) async throws -> ProjectRecord {
    try await read { try Self.project(named: name, of: account, in: $0) }
  }

  /// The account's projects by name; the cursor is a name.
  package func projects(
    of account: AccountID, page: PageRequest<String>
  ) async throws -> Page<Project, String> {
    let rowsMax = rowsMax(page.rowsMax)
    let partsMax = limits.pagePartsMax
    return try await read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: Self.projectColumns + " WHERE project.account = ? AND project.name > ?"
          + " ORDER BY project.name LIMIT ?",
        arguments: [account.rawValue, page.after ?? "", rowsMax + 1])
      return try Page(
        rows, rowsMax: rowsMax, partsMax: partsMax, cursor: { $0["name"] }, parts: \.classes.count
      ) { try Self.project(row: $0, in: db).message }
    }
  }

  /// Deletes a project with its images, trainings, models and publications.
  ///
  /// All of it is out of sight with the commit; the rows and files of a large project go bit by bit
  /// afterwards.
  ///
  /// - Returns: the trainings that were queued or running: what is to stop now.
  /// - Throws: `.notFound` when the account has no project of that name.
  @discardableResult
  package func deleteProject(
    named name: String, of account: AccountID, keeping answer: PendingResponse<Void>? = nil
  ) async throws -> [TrainingID] {
    let active = try await transaction(.essential) { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      let active = try Self.activeTrainings(
        "project.id = ?", arguments: [project.rawValue], in: db)
      try Self.detachProjects("id = ?", [project.rawValue], in: db)
      try self.keep(answer, (), of: account, in: db)
      return active
    }
    await removeSomeLeftovers()
    return active
  }

  /// Takes projects away from their account, to be removed.
  static func detachProjects(
    _ condition: String, _ arguments: StatementArguments, in db: Database
  ) throws {
    try db.execute(
      sql: """
        DELETE FROM publication WHERE training IN (SELECT training.id FROM training
          WHERE training.project IN (SELECT id FROM project WHERE \(condition)))
        """,
      arguments: arguments)
    try db.execute(
      sql: "UPDATE project SET account = 0, name = 'removed/' || id WHERE \(condition)",
      arguments: arguments)
  }
}

extension DataStore {
  private static let projectColumns = """
    SELECT project.*, account.name AS owner
    FROM project JOIN account ON account.id = project.account
    """

  static func project(
    named name: String, of account: AccountID, in db: Database
  ) throws -> ProjectRecord {
    let row = try Row.fetchOne(
      db, sql: projectColumns + " WHERE project.account = ? AND project.name = ?",
      arguments: [account.rawValue, name])
    guard let row else { throw StoreError.notFound(.project, name) }
    return try project(row: row, in: db)
  }

  /// For methods that need nothing else of a project.
  static func projectID(
    named name: String, of account: AccountID, in db: Database
  ) throws -> ProjectKey {
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: "SELECT id, kind, removing_classes FROM project WHERE account = ? AND name = ?"),
      arguments: [account.rawValue, name])
    guard let row else { throw StoreError.notFound(.project, name) }
    try ClassesBeingRemoved.check(row)
    return (ProjectID(row["id"]), try ProjectType(column: row["kind"], "project kind"))
  }

  private static func project(row: Row, in db: Database) throws -> ProjectRecord {
    try ClassesBeingRemoved.check(row)
    let id = ProjectID(row["id"])
    let (owner, name) = (row["owner"] as String, row["name"] as String)
    func address(_ number: Int32? = nil) -> ResourceAddress {
      ResourceAddress(owner: owner, project: name, number: number)
    }
    let revision = Revision(row: row, author: "editor", time: "update_time")
    var message = Project(
      project: address().description,
      type: try ProjectType(column: row["kind"], "project kind"), description: row["description"],
      classes: try classes(of: id, in: db), imageCount: row["data_point_count"],
      labeledImageCount: row["labeled_count"],
      createTime: ProtoTimestamp(column: row["create_time"]), etag: revision.etag,
      updateTime: revision.time.map(ProtoTimestamp.init)
        ?? ProtoTimestamp(column: row["create_time"]))
    let newest = try Row.fetchOne(
      db, sql: "SELECT number, state FROM training WHERE project = ? ORDER BY number DESC LIMIT 1",
      arguments: [id.rawValue])
    if let newest {
      message.newestTraining = address(newest["number"]).description
      message.trainingState = try TrainingState(column: newest["state"], "training state")
    }
    message.publishedModels = try Int32.fetchAll(
      db, sql: "SELECT number FROM publication WHERE project = ? ORDER BY number",
      arguments: [id.rawValue]
    ).map { address($0).description }
    return ProjectRecord(id: id, message: message, boxCount: row["box_count"])
  }

  static func count(
    _ db: Database, _ sql: String, _ arguments: StatementArguments
  ) throws -> UInt64 {
    UInt64(try Int64.fetchOne(db, sql: sql, arguments: arguments) ?? 0)
  }

  /// Rows of one page, within the store's own bound.
  func rowsMax(_ asked: Int32) -> Int { Int(min(max(asked, 1), limits.pageRowsMax)) }
}
