internal import GRDB

// What has expired is found by nobody any more, but its row stays for `expiredRowsLifetime`: a clock
// that was ahead for a while has then taken nothing with it.
extension DataStore {
  /// Rows that go in one transaction.
  static let expiredRowsInTurn: Int32 = 500

  /// Removes the tokens, kept answers and answers to inferences that expired `expiredRowsLifetime`
  /// ago, unless the clock has just jumped.
  ///
  /// - Returns: how many rows went.
  @discardableResult
  package func removeExpired(at now: Timestamp) async throws -> Int {
    guard try await isTrusted(now) else { return 0 }
    let before = now + (.zero - limits.expiredRowsLifetime)
    var removed = 0
    for (table, key) in [("token", "id"), ("kept_answer", "id"), ("inference", "position")] {
      var inTurn = 0
      repeat {
        inTurn = try await transaction(.essential) { db in
          try db.execute(
            sql: """
              DELETE FROM \(table) WHERE \(key) IN (
                SELECT \(key) FROM \(table) WHERE expire_time <= ? ORDER BY expire_time LIMIT ?)
              """,
            arguments: [before.unixMilliseconds, Self.expiredRowsInTurn])
          return db.changesCount
        }
        removed += inTurn
      } while inTurn == Self.expiredRowsInTurn
    }
    return removed
  }

  /// Bounds how many expired rows are left of an account.
  static func removeExcessive(
    _ table: String, _ key: String, of account: AccountID, _ limits: StoreLimits,
    in db: Database, at now: Timestamp
  ) throws {
    try db.execute(
      sql: """
        DELETE FROM \(table) WHERE \(key) IN (
          SELECT \(key) FROM \(table) WHERE account = ? AND expire_time <= ?
          ORDER BY expire_time DESC, \(key) DESC LIMIT -1 OFFSET ?)
        """,
      arguments: [
        account.rawValue, now.unixMilliseconds, Int64(limits.accountExpiredRowsMax),
      ])
  }
}
