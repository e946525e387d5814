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
    let clock = ContinuousClock()
    let end = budget.map { clock.now + $0 }
    var batch = LeftoverBatch()
    while true {
      let rowsMax = batch.rowsMax
      let (more, time) = try await transaction { db in
        let start = clock.now
        let more = try Self.removeLeftoverRows(rowsMax, in: db)
        return (more, clock.now - start)
      }
      batch.took(time)
      guard more || leftovers.hasObjects else { return }
      if let end, clock.now >= end {
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
  /// - Returns: whether there may be more.
  private static func removeLeftoverRows(_ rowsMax: Int, in db: Database) throws -> Bool {
    if try forgetExamples(rowsMax, in: db) { return true }
    if let project = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM project WHERE account = 0 LIMIT 1"))
    {
      try removeRows(ofProject: project, rowsMax, in: db)
      return true
    }
    let account = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM account WHERE removed = 1 AND id > 0 LIMIT 1"))
    guard let account else { return false }
    try removeRows(ofAccount: account, rowsMax, in: db)
    return true
  }

  /// Ended trainings need their examples no more, and would keep images alive that their owner
  /// deletes.
  private static func forgetExamples(_ rowsMax: Int, in db: Database) throws -> Bool {
    let training = try Int64.fetchOne(
      db.cachedStatement(
        sql: "SELECT id FROM training WHERE has_examples = 1 AND state > 2 LIMIT 1"))
    guard let training else { return false }
    if try removeExamples(ofTraining: training, rowsMax, in: db) == 0 {
      try db.execute(
        sql: "UPDATE training SET has_examples = 0 WHERE id = ?", arguments: [training])
    }
    return true
  }

  private static func removeExamples(
    ofTraining training: Int64, _ rowsMax: Int, in db: Database
  ) throws -> Int {
    try remove(
      """
      DELETE FROM training_example WHERE training = ?1 AND position IN
        (SELECT position FROM training_example WHERE training = ?1 LIMIT ?2)
      """,
      of: training, rowsMax, in: db)
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
    guard try removeExamples(ofTraining: training, rowsMax, in: db) == 0 else { return }
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

/// How many rows fit into a transaction that nobody has to wait long for.
struct LeftoverBatch {
  private static let timeMax = Duration.milliseconds(10)
  private static let rows = 16...4_096

  private(set) var rowsMax = 128

  /// Goes by how long the last transaction took before its commit.
  mutating func took(_ time: Duration) {
    if time > Self.timeMax {
      rowsMax = max(rowsMax / 2, Self.rows.lowerBound)
    } else if time < Self.timeMax / 3 {
      rowsMax = min(rowsMax * 2, Self.rows.upperBound)
    }
  }
}
