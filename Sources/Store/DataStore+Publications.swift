internal import GRDB

extension DataStore {
  /// Publishes the model of a training; one that is published already gets the new description.
  ///
  /// Version 0 means the newest training that succeeded.
  ///
  /// - Throws: `.notFound(.project)`, `.notFound(.training)`; `.trainingState` when that training
  ///   has no model.
  package func publish(
    _ version: UInt32, ofProject name: String, of account: AccountID, description: String,
    at now: Timestamp, keeping answer: AnswerToKeep<PublicationRecord>? = nil
  ) async throws -> PublicationRecord {
    try await transaction { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      let training = try Self.trainingToPublish(version, of: project, in: db)
      guard training.model != nil else {
        throw StoreError.trainingState(number: training.number, training.state)
      }
      try db.execute(
        sql: """
          INSERT INTO publication (training, description, publish_time) VALUES (?, ?, ?)
          ON CONFLICT (training) DO UPDATE SET description = excluded.description
          """,
        arguments: [training.id.rawValue, description, now.unixMilliseconds])
      let row = try Row.fetchOne(
        db, sql: Self.publicationColumns + " WHERE publication.training = ?",
        arguments: [training.id.rawValue])
      guard let row else { throw StoreError.notFound(.publication, name) }
      let publication = try Self.publication(row: row, in: db)
      try self.keep(answer, publication, of: account, in: db)
      return publication
    }
  }

  /// Takes back one version, or with 0 all of them.
  ///
  /// - Returns: the versions that were published, oldest first.
  /// - Throws: `.notFound(.project)`; `.notFound(.publication)` when none was.
  package func unpublish(
    _ version: UInt32, ofProject name: String, of account: AccountID,
    keeping answer: AnswerToKeep<[UInt32]>? = nil
  ) async throws -> [UInt32] {
    try await transaction { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      let condition = """
        training IN (SELECT id FROM training WHERE project = ?1 AND (?2 = 0 OR number = ?2))
        """
      let versions = try UInt32.fetchAll(
        db,
        sql: """
          SELECT training.number FROM publication
          JOIN training ON training.id = publication.training
          WHERE publication.\(condition) ORDER BY training.number
          """,
        arguments: [project.rawValue, version])
      guard !versions.isEmpty else {
        throw StoreError.notFound(.publication, version == 0 ? name : "\(name)@\(version)")
      }
      try db.execute(
        sql: "DELETE FROM publication WHERE \(condition)", arguments: [project.rawValue, version])
      try self.keep(answer, versions, of: account, in: db)
      return versions
    }
  }

  /// The published model of that address.
  ///
  /// Version 0 means the newest that is published.
  ///
  /// - Throws: `.notFound(.publication)`, whoever asks.
  package func publication(
    owner: String, project: String, version: UInt32
  ) async throws -> PublicationRecord {
    try await read { db in
      let row = try Row.fetchOne(
        db,
        sql: Self.publicationColumns + """
           WHERE account.name = ?1 AND project.name = ?2 AND (?3 = 0 OR training.number = ?3)
          ORDER BY training.number DESC LIMIT 1
          """,
        arguments: [owner, project, version])
      guard let row else {
        let suffix = version == 0 ? "" : "@\(version)"
        throw StoreError.notFound(.publication, "\(owner)/\(project)\(suffix)")
      }
      return try Self.publication(row: row, in: db)
    }
  }

  /// Published models of all accounts, newest first.
  package func publications(
    filter: PublicationFilter, page: PageRequest<Int64>
  ) async throws -> Page<PublicationRecord, Int64> {
    let rowsMax = rowsMax(page.rowsMax)
    return try await read { db in
      var sql = Self.publicationColumns + " WHERE publication.id < ?"
      var arguments: StatementArguments = [page.after ?? Int64.max]
      if let owner = filter.owner {
        sql += " AND account.name = ?"
        arguments += [owner]
      }
      if let text = filter.text {
        sql += """
           AND (instr(lower(project.name), lower(?)) > 0
            OR instr(lower(publication.description), lower(?)) > 0
            OR EXISTS (SELECT 1 FROM training_class WHERE training_class.training = training.id
              AND instr(lower(training_class.name), lower(?)) > 0))
          """
        arguments += [text, text, text]
      }
      sql += " ORDER BY publication.id DESC LIMIT ?"
      arguments += [rowsMax + 1]
      let rows = try Row.fetchAll(db, sql: sql, arguments: arguments)
        .map { try Self.publication(row: $0, in: db) }
      return Page(fetched: rows, rowsMax: rowsMax) { $0.id }
    }
  }
}

extension DataStore {
  private static let publicationColumns = """
    SELECT publication.id AS publication, publication.description AS publication_description,
      publication.publish_time, publication.training AS publication_training,
      account.name AS owner
    FROM publication JOIN training ON training.id = publication.training
    JOIN project ON project.id = training.project
    JOIN account ON account.id = project.account
    """

  private static func trainingToPublish(
    _ version: UInt32, of project: ProjectID, in db: Database
  ) throws -> TrainingRecord {
    guard version == 0 else { return try training(version, of: project, in: db) }
    let row = try Row.fetchOne(
      db,
      sql: trainingColumns + " WHERE training.project = ? AND training.state = 3"
        + " ORDER BY training.number DESC LIMIT 1",
      arguments: [project.rawValue])
    guard let row else { throw StoreError.notFound(.training, "newest that succeeded") }
    return try TrainingRecord(row: row)
  }

  private static func publication(row: Row, in db: Database) throws -> PublicationRecord {
    let training = try training(TrainingID(row["publication_training"]), in: db)
    guard let model = training.model else {
      throw StoreError.database("publication \(row["publication"] as Int64) has no model")
    }
    return PublicationRecord(
      id: row["publication"], owner: row["owner"], training: training, model: model,
      classNames: try classNames(of: training.id, in: db),
      description: row["publication_description"],
      publishTime: Timestamp(unixMilliseconds: row["publish_time"]))
  }
}
