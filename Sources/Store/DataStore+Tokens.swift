internal import Foundation
internal import GRDB

extension DataStore {
  /// Adds a token; the account's expired ones are forgotten on the way.
  ///
  /// - Throws: `.limit` past `accountTokensMax`, `.notFound` once the account has been deleted.
  package func createToken(
    _ token: NewToken, of account: AccountID, at now: Timestamp,
    keeping answer: AnswerToKeep<TokenRecord>? = nil
  ) async throws -> TokenRecord {
    let limits = self.limits
    return try await transaction { db in
      try db.execute(
        sql: "DELETE FROM token WHERE account = ? AND expire_time <= ?",
        arguments: [account.rawValue, now.unixMilliseconds])
      let count = try Self.count(
        db, "SELECT count(*) FROM token WHERE account = ?", [account.rawValue])
      guard count < limits.accountTokensMax else {
        throw StoreError.limit(name: "tokens", value: count + 1, limit: limits.accountTokensMax)
      }
      let stored = try Self.insert(token, of: account, in: db, at: now)
      try self.keep(answer, stored, of: account, in: db)
      return stored
    }
  }

  /// The token of that secret and its account; nothing when it is unknown, revoked or expired.
  package func authenticate(
    secretHash: [UInt8], at now: Timestamp
  ) async throws -> (account: AccountRecord, token: TokenRecord)? {
    try await read { db in
      let statement = try db.cachedStatement(
        sql: "SELECT * FROM token WHERE secret_hash = ? AND expire_time > ?")
      let tokenRow = try Row.fetchOne(
        statement, arguments: [Data(secretHash), now.unixMilliseconds])
      guard let token = tokenRow.map(TokenRecord.init(row:)) else { return nil }
      let accountRow = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT * FROM account WHERE id = ?"),
        arguments: [token.account.rawValue])
      return accountRow.map { (AccountRecord(row: $0), token) }
    }
  }

  /// The account's tokens that have not expired, oldest first.
  package func tokens(
    of account: AccountID, page: PageRequest<Int64>, at now: Timestamp
  ) async throws -> Page<TokenRecord, Int64> {
    let rowsMax = rowsMax(page.rowsMax)
    return try await read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM token WHERE account = ? AND id > ? AND expire_time > ? ORDER BY id LIMIT ?
          """,
        arguments: [account.rawValue, page.after ?? 0, now.unixMilliseconds, rowsMax + 1])
      return Page(fetched: rows.map(TokenRecord.init(row:)), rowsMax: rowsMax) { $0.id.rawValue }
    }
  }

  /// - Throws: `.notFound` when the account has no such token.
  package func revokeToken(
    _ id: TokenID, of account: AccountID, keeping answer: AnswerToKeep<Void>? = nil
  ) async throws {
    try await transaction { db in
      try db.execute(
        sql: "DELETE FROM token WHERE id = ? AND account = ?",
        arguments: [id.rawValue, account.rawValue])
      guard db.changesCount > 0 else { throw StoreError.notFound(.token, "\(id.rawValue)") }
      try self.keep(answer, (), of: account, in: db)
    }
  }
}

extension DataStore {
  static func insert(
    _ token: NewToken, of account: AccountID, in db: Database, at now: Timestamp
  ) throws -> TokenRecord {
    try db.execute(
      sql: """
        INSERT INTO token (account, secret_hash, label, scopes, create_time, expire_time)
        SELECT id, ?, ?, ?, ?, ? FROM account WHERE id = ? AND removed = 0
        """,
      arguments: [
        Data(token.secretHash), token.label, Int64(token.scopes), now.unixMilliseconds,
        token.expireTime.unixMilliseconds, account.rawValue,
      ])
    guard db.changesCount > 0 else {
      throw StoreError.notFound(.account, "number \(account.rawValue)")
    }
    return TokenRecord(
      id: TokenID(db.lastInsertedRowID), account: account, label: token.label,
      scopes: token.scopes, createTime: now, expireTime: token.expireTime)
  }
}

extension TokenRecord {
  init(row: Row) {
    self.init(
      id: TokenID(row["id"]), account: AccountID(row["account"]), label: row["label"],
      scopes: row["scopes"], createTime: Timestamp(unixMilliseconds: row["create_time"]),
      expireTime: Timestamp(unixMilliseconds: row["expire_time"]))
  }
}
