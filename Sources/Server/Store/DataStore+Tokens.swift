package import API
internal import Foundation
internal import GRDB
internal import WellKnownTypes

extension DataStore {
  /// Adds a token.
  ///
  /// One of a login takes the place of the account's oldest once there are
  /// `accountLoginTokensMax`, so that nobody is locked out by their own logins.
  ///
  /// - Throws: `.limit` past `accountTokensMax`, `.notFound` once the account has been deleted.
  package func createToken(
    _ token: NewToken, of account: AccountID, at now: Timestamp,
    keeping answer: PendingResponse<Token>? = nil
  ) async throws -> Token {
    let limits = self.limits
    return try await transaction(.essential) { db in
      switch token.origin {
      case .login: try Self.makeRoomForLogin(of: account, limits, in: db, at: now)
      case .request:
        let count = try Self.liveTokens(of: account, .request, in: db, at: now)
        guard count < limits.accountTokensMax else {
          throw StoreError.limit(name: "tokens", value: count + 1, limit: limits.accountTokensMax)
        }
      }
      try Self.removeExcessive("token", "id", of: account, limits, in: db, at: now)
      let stored = try Self.insert(token, of: account, in: db, at: now)
      try self.keep(answer, stored, of: account, in: db)
      return stored
    }
  }

  /// The token of that secret and its account; nothing when it is unknown, revoked or expired.
  package func authenticate(
    secretHash: [UInt8], at now: Timestamp
  ) async throws -> (account: AccountRecord, token: Token)? {
    try await read { db in
      let statement = try db.cachedStatement(
        sql: "SELECT * FROM token WHERE secret_hash = ? AND expire_time > ?")
      let tokenRow = try Row.fetchOne(
        statement, arguments: [Data(secretHash), now.unixMilliseconds])
      guard let tokenRow else { return nil }
      let accountRow = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT * FROM account WHERE id = ?"),
        arguments: [tokenRow["account"] as Int64])
      return accountRow.map { (AccountRecord(row: $0), Token(row: tokenRow)) }
    }
  }

  /// The account's tokens that have not expired, oldest first.
  package func tokens(
    of account: AccountID, page: PageRequest<Int64>, at now: Timestamp
  ) async throws -> Page<Token, Int64> {
    let rowsMax = rowsMax(page.rowsMax)
    return try await read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT * FROM token WHERE account = ? AND id > ? AND expire_time > ? ORDER BY id LIMIT ?
          """,
        arguments: [account.rawValue, page.after ?? 0, now.unixMilliseconds, rowsMax + 1])
      return try Page(rows, rowsMax: rowsMax, cursor: { $0["id"] }, Token.init(row:))
    }
  }

  /// - Throws: `.notFound` when the account has no such token.
  package func revokeToken(
    _ id: TokenID, of account: AccountID, keeping answer: PendingResponse<Void>? = nil
  ) async throws {
    try await transaction(.essential) { db in
      try db.execute(
        sql: "DELETE FROM token WHERE id = ? AND account = ?",
        arguments: [id.rawValue, account.rawValue])
      guard db.changesCount > 0 else { throw StoreError.notFound(.token, "\(id.rawValue)") }
      try self.keep(answer, (), of: account, in: db)
    }
  }
}

extension DataStore {
  private static func liveTokens(
    of account: AccountID, _ origin: NewToken.Origin, in db: Database, at now: Timestamp
  ) throws -> UInt64 {
    try count(
      db, "SELECT count(*) FROM token WHERE account = ? AND is_login = ? AND expire_time > ?",
      [account.rawValue, origin == .login, now.unixMilliseconds])
  }

  /// Revokes the oldest tokens of logins that are one too many.
  private static func makeRoomForLogin(
    of account: AccountID, _ limits: StoreLimits, in db: Database, at now: Timestamp
  ) throws {
    let count = try liveTokens(of: account, .login, in: db, at: now)
    guard count >= limits.accountLoginTokensMax else { return }
    try db.execute(
      sql: """
        DELETE FROM token WHERE id IN (
          SELECT id FROM token WHERE account = ? AND is_login = 1 AND +expire_time > ?
          ORDER BY id LIMIT ?)
        """,
      arguments: [
        account.rawValue, now.unixMilliseconds, Int64(count - limits.accountLoginTokensMax + 1),
      ])
  }

  static func insert(
    _ token: NewToken, of account: AccountID, in db: Database, at now: Timestamp
  ) throws -> Token {
    let scopes = Scope.bits(of: token.scopes)
    try db.execute(
      sql: """
        INSERT INTO token (account, secret_hash, label, scopes, create_time, expire_time, is_login)
        SELECT id, ?, ?, ?, ?, ?, ? FROM account WHERE id = ? AND removed = 0
        """,
      arguments: [
        Data(token.secretHash), token.label, scopes, now.unixMilliseconds,
        token.expireTime.unixMilliseconds, token.origin == .login, account.rawValue,
      ])
    guard db.changesCount > 0 else {
      throw StoreError.notFound(.account, "number \(account.rawValue)")
    }
    return Token(
      id: db.lastInsertedRowID, label: token.label, scopes: Scope.list(bits: scopes),
      createTime: ProtoTimestamp(now),
      expireTime: ProtoTimestamp(token.expireTime))
  }
}

extension Token {
  init(row: Row) {
    self.init(
      id: row["id"], label: row["label"], scopes: Scope.list(bits: row["scopes"]),
      createTime: ProtoTimestamp(column: row["create_time"]),
      expireTime: ProtoTimestamp(column: row["expire_time"]))
  }
}
