internal import API
internal import GRDB
internal import WellKnownTypes

extension DataStore {
  /// Publishes the model of a training; one that is published already gets the new description.
  ///
  /// The number is the training's; nil means the newest that succeeded.
  ///
  /// - Throws: `.notFound(.project)`, `.notFound(.training)`; `.trainingState` when that training
  ///   has no model.
  package func publish(
    _ number: Int32?, ofProject name: String, of account: AccountID, description: String,
    at now: Timestamp, keeping answer: PendingResponse<PublicationRecord>? = nil
  ) async throws -> PublicationRecord {
    try await transaction { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      let training = try Self.training(number, of: project, in: db)
      guard training.model != nil else {
        throw StoreError.trainingState(number: training.number, training.state)
      }
      try db.execute(
        sql: """
          INSERT INTO publication (training, account, project, number, description, publish_time)
          VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (training) DO UPDATE SET description = excluded.description
          """,
        arguments: [
          training.id.rawValue, account.rawValue, project.rawValue, training.number, description,
          now.unixMilliseconds,
        ])
      let row = try Row.fetchOne(
        db, sql: Self.publicationColumns + " WHERE publication.training = ?",
        arguments: [training.id.rawValue])
      guard let row else { throw StoreError.notFound(.publication, name) }
      let publication = try Self.publication(row: row, in: db)
      try self.keep(answer, publication, of: account, in: db)
      return publication
    }
  }

  /// Takes back one model, or without a number all of them.
  ///
  /// - Returns: the numbers of those that were published, oldest first.
  /// - Throws: `.notFound(.project)`; `.notFound(.publication)` when none was.
  package func unpublish(
    _ number: Int32?, ofProject name: String, of account: AccountID,
    keeping answer: PendingResponse<[Int32]>? = nil
  ) async throws -> [Int32] {
    try await transaction(.essential) { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      let deletion = "DELETE FROM publication WHERE project = ?"
      let numbers =
        number == nil
        ? try Int32.fetchAll(
          db, sql: deletion + " RETURNING number", arguments: [project.rawValue]
        ).sorted()
        : try Int32.fetchAll(
          db, sql: deletion + " AND number = ? RETURNING number",
          arguments: [project.rawValue, number])
      guard !numbers.isEmpty else {
        let address = ResourceAddress(owner: nil, project: name, number: number)
        throw StoreError.notFound(.publication, address.description)
      }
      try self.keep(answer, numbers, of: account, in: db)
      return numbers
    }
  }

  /// The published model of that address.
  ///
  /// Without a number, the newest that is published.
  ///
  /// - Throws: `.notFound(.publication)`, whoever asks.
  package func publication(
    owner: String, project: String, number: Int32?
  ) async throws -> PublicationRecord {
    try await read { db in
      let projectID = try Int64.fetchOne(
        db.cachedStatement(
          sql: """
            SELECT project.id FROM account JOIN project ON project.account = account.id
            WHERE account.name = ? AND project.name = ?
            """),
        arguments: [owner, project])
      let sql = Self.publicationColumns + " WHERE publication.project = ?"
      let row =
        number == nil
        ? try Row.fetchOne(
          db.cachedStatement(sql: sql + " ORDER BY publication.number DESC LIMIT 1"),
          arguments: [projectID])
        : try Row.fetchOne(
          db.cachedStatement(sql: sql + " AND publication.number = ?"),
          arguments: [projectID, number])
      guard let row else {
        let address = ResourceAddress(owner: owner, project: project, number: number)
        throw StoreError.notFound(.publication, address.description)
      }
      return try Self.publication(row: row, in: db)
    }
  }

  /// Published models of all accounts, newest first.
  ///
  /// With a text to search for a page ends early once `pageExaminedMax` models have been looked at,
  /// so it may be short, even empty, and not the last.
  package func publications(
    filter: PublicationFilter, page: PageRequest<Int64>
  ) async throws -> Page<PublicationRecord, Int64> {
    let rowsMax = rowsMax(page.rowsMax)
    let limits = self.limits
    return try await read { db in
      let candidates = try Self.publicationRows(
        filter, after: page.after, rowsMax: limits.pageExaminedMax + 1, in: db)
      return try Page(
        candidates, rowsMax: rowsMax, partsMax: limits.pagePartsMax,
        examinedMax: limits.pageExaminedMax, cursor: { $0["publication"] },
        parts: \.message.classNames.count
      ) { try $0["matches"] ? Self.publication(row: $0, in: db) : nil }
    }
  }
}

extension DataStore {
  private static let publicationColumns = publicationColumns(matches: "1")

  private static func publicationColumns(matches: String) -> String {
    """
    SELECT publication.id AS publication, publication.description AS publication_description,
      publication.publish_time, publication.training AS publication_training,
      account.name AS owner, \(matches) AS matches
    FROM publication JOIN account ON account.id = publication.account
    """
  }

  /// Candidates of a page, newest first, with a column that tells whether the text is found.
  private static func publicationRows(
    _ filter: PublicationFilter, after: Int64?, rowsMax: Int, in db: Database
  ) throws -> RowCursor {
    var matches = "1"
    var arguments: StatementArguments = []
    if let text = filter.text {
      matches = """
        (instr(lower((SELECT name FROM project WHERE id = publication.project)), lower(?)) > 0
          OR instr(lower(publication.description), lower(?)) > 0
          OR EXISTS (SELECT 1 FROM training_class
            WHERE training_class.training = publication.training
            AND instr(lower(training_class.name), lower(?)) > 0))
        """
      arguments += [text, text, text]
    }
    var sql = publicationColumns(matches: matches) + " WHERE publication.id < ?"
    arguments += [after ?? Int64.max]
    if let owner = filter.owner {
      sql += " AND publication.account = (SELECT id FROM account WHERE name = ?)"
      arguments += [owner]
    }
    sql += " ORDER BY publication.id DESC LIMIT ?"
    arguments += [rowsMax]
    return try Row.fetchCursor(db, sql: sql, arguments: arguments)
  }

  private static func publication(row: Row, in db: Database) throws -> PublicationRecord {
    let training = try training(TrainingID(row["publication_training"]), in: db)
    guard let model = training.model else {
      throw StoreError.database("publication \(row["publication"] as Int64) has no model")
    }
    return PublicationRecord(
      id: row["publication"], training: training, model: model,
      message: Model(
        model: training.address.description, type: training.type,
        description: row["publication_description"],
        classNames: try classNames(of: training.id, in: db),
        publishTime: ProtoTimestamp(column: row["publish_time"])))
  }
}
