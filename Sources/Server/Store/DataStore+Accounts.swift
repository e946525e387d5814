package import API
internal import GRDB

extension DataStore {
  /// Makes an account with its first token.
  ///
  /// - Throws: `.alreadyExists` when the name, in whatever case, is taken.
  package func createAccount(
    name: String, passwordHash: String, token: NewToken, at now: Timestamp,
    keeping answer: PendingResponse<Token>? = nil
  ) async throws -> (account: AccountRecord, token: Token) {
    try await transaction { db in
      try db.execute(
        sql: """
          INSERT INTO account (name, password_hash, create_time) VALUES (?, ?, ?)
          ON CONFLICT DO NOTHING
          """,
        arguments: [name, passwordHash, now.unixMilliseconds])
      guard db.changesCount > 0 else { throw StoreError.alreadyExists(.account, name) }
      let account = AccountRecord(
        id: AccountID(db.lastInsertedRowID), name: name, passwordHash: passwordHash,
        createTime: now)
      let stored = try Self.insert(token, of: account.id, in: db, at: now)
      try self.keep(answer, stored, of: account.id, in: db)
      return (account, stored)
    }
  }

  /// The account of that name, whose case does not matter; nothing when there is none.
  package func account(named name: String) async throws -> AccountRecord? {
    try await read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM account WHERE name = ?", arguments: [name])
        .map(AccountRecord.init(row:))
    }
  }

  /// - Throws: `.notFound` once the account has been deleted.
  package func account(_ id: AccountID) async throws -> AccountRecord {
    try await read { db in
      let row = try Row.fetchOne(
        db, sql: "SELECT * FROM account WHERE id = ? AND removed = 0", arguments: [id.rawValue])
      guard let row else { throw StoreError.notFound(.account, "number \(id.rawValue)") }
      return AccountRecord(row: row)
    }
  }

  /// Sets a new password and revokes all tokens but one.
  ///
  /// `oldHash` is what the old password was checked against.
  ///
  /// - Throws: `.changedMeanwhile` when that is not the password's hash any more.
  package func changePassword(
    of account: AccountID, from oldHash: String, to newHash: String, keeping token: TokenID,
    keeping answer: PendingResponse<Void>? = nil
  ) async throws {
    try await transaction(.essential) { db in
      try db.execute(
        sql: "UPDATE account SET password_hash = ? WHERE id = ? AND password_hash = ?",
        arguments: [newHash, account.rawValue, oldHash])
      guard db.changesCount > 0 else { throw StoreError.changedMeanwhile(.account) }
      try db.execute(
        sql: "DELETE FROM token WHERE account = ? AND id <> ?",
        arguments: [account.rawValue, token.rawValue])
      try self.keep(answer, (), of: account, in: db)
    }
  }

  /// Deletes an account with its tokens, projects, images, trainings, models and inferences.
  ///
  /// All of it is out of sight with the commit, as with `deleteProject`.
  ///
  /// - Returns: the trainings that were queued or running: what is to stop now.
  /// - Throws: `.notFound` when it has been deleted already.
  @discardableResult
  package func deleteAccount(_ id: AccountID) async throws -> [TrainingID] {
    let active = try await transaction(.essential) { db in
      let active = try Self.activeTrainings(
        "project.account = ?", arguments: [id.rawValue], in: db)
      try db.execute(
        sql: """
          UPDATE account SET name = 'removed/' || id, password_hash = '', removed = 1
          WHERE id = ? AND removed = 0
          """,
        arguments: [id.rawValue])
      guard db.changesCount > 0 else {
        throw StoreError.notFound(.account, "number \(id.rawValue)")
      }
      try db.execute(sql: "DELETE FROM token WHERE account = ?", arguments: [id.rawValue])
      try Self.detachProjects("account = ?", [id.rawValue], in: db)
      return active
    }
    await removeSomeLeftovers()
    return active
  }
}

extension AccountRecord {
  init(row: Row) {
    self.init(
      id: AccountID(row["id"]), name: row["name"], passwordHash: row["password_hash"],
      createTime: Timestamp(unixMilliseconds: row["create_time"]))
  }
}
