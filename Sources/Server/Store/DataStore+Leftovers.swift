internal import GRDB

extension DataStore {
  /// Says when there is something for `removeLeftovers()`; has one listener.
  package var leftoverSignals: AsyncStream<Void> { leftovers.signals }

  /// While `body` runs no object goes, whatever is deleted: what a snapshot of the database refers to
  /// can be read.
  package func keepingObjects<T>(_ body: () async throws -> T) async throws -> T {
    try await database.writeWithoutTransaction { [leftovers] _ in leftovers.hold() }
    defer { leftovers.release() }
    return try await body()
  }

  /// Removes the rows and files that deletions have left, in small transactions between which others
  /// have their turn.
  ///
  /// What is not done within `budget` is left to the next call, and signalled.
  package func removeLeftovers(within budget: Duration? = nil) async throws {
    let end = budget.map { ContinuousClock.now + $0 }
    var batches = Batches()
    while true {
      let more = try await batches.next(.essential, in: self) { rowsMax, db in
        try self.removeLeftoverRows(rowsMax, in: db)
      }
      guard more || leftovers.hasObjects else { return }
      if let end, ContinuousClock.now >= end {
        leftovers.signal()
        return
      }
    }
  }

  /// Removes what a small deletion has left right away; what is more, or fails, is done later.
  func removeSomeLeftovers() async {
    do {
      try await removeLeftovers(within: .milliseconds(20))
    } catch is CancellationError {
      leftovers.signal()
    } catch {
      report(.cleanUpFailed("\(error)"))
      leftovers.signal()
    }
  }

  /// Removes up to a number of rows.
  ///
  /// What is deleted says so twice, by a mark and by a name that nobody can have: a damaged bit of a
  /// row alone deletes nothing.
  ///
  /// - Returns: whether there may be more.
  private func removeLeftoverRows(_ rowsMax: Int, in db: Database) throws -> Bool {
    if try forgetFrozenImages(rowsMax: rowsMax, in: db) { return true }
    if let project = try Int64.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT id FROM project
          WHERE account = 0 AND name >= 'removed/' AND name < 'removed0' LIMIT 1
          """))
    {
      try Self.removeRows(ofProject: project, rowsMax, in: db)
      return true
    }
    let account = try Int64.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT id FROM account
          WHERE removed = 1 AND id > 0 AND name >= 'removed/' AND name < 'removed0' LIMIT 1
          """))
    guard let account else { return false }
    try Self.removeRows(ofAccount: account, rowsMax, in: db)
    return true
  }

  /// Rows that others refer to go last.
  private static func removeRows(
    ofProject project: Int64, _ rowsMax: Int, in db: Database
  ) throws {
    let bulk = [
      """
      DELETE FROM box WHERE (data_point, position) IN
        (SELECT data_point, position FROM box WHERE project = ?1 LIMIT ?2)
      """,
      """
      DELETE FROM data_point WHERE id IN
        (SELECT id FROM data_point WHERE project = ?1 LIMIT ?2)
      """,
    ]
    for sql in bulk where try remove(sql, of: project, rowsMax, in: db) > 0 { return }
    let training = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM training WHERE project = ? LIMIT 1"),
      arguments: [project])
    guard let training else {
      try db.execute(sql: "DELETE FROM project WHERE id = ?", arguments: [project])
      return
    }
    try db.execute(sql: "DELETE FROM training WHERE id = ?", arguments: [training])
  }

  private static func removeRows(
    ofAccount account: Int64, _ rowsMax: Int, in db: Database
  ) throws {
    let inferences = try remove(
      """
      DELETE FROM inference WHERE position IN
        (SELECT position FROM inference WHERE account = ?1 LIMIT ?2)
      """,
      of: account, rowsMax, in: db)
    guard inferences == 0 else { return }
    try db.execute(sql: "DELETE FROM account WHERE id = ?", arguments: [account])
  }

  private static func remove(
    _ sql: String, of owner: Int64, _ rowsMax: Int, in db: Database
  ) throws -> Int {
    try db.cachedStatement(sql: sql).execute(arguments: [owner, rowsMax])
    return db.changesCount
  }
}
