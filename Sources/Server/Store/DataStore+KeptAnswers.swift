internal import Foundation
internal import GRDB

extension DataStore {
  /// The answer kept under that name for the account of that name, whose case does not matter.
  package func keptAnswer(
    named name: [UInt8], ofAccount account: String, at now: Timestamp
  ) async throws -> KeptAnswer? {
    try await read { db in
      try Row.fetchOne(
        db.cachedStatement(
          sql: """
            SELECT kept_answer.* FROM kept_answer JOIN account ON account.id = kept_answer.account
            WHERE account.name = ? AND kept_answer.name = ? AND expire_time > ?
            """),
        arguments: [account, Data(name), now.unixMilliseconds]
      ).map {
        KeptAnswer(
          fingerprint: [UInt8]($0["fingerprint"] as Data), bytes: [UInt8]($0["answer"] as Data))
      }
    }
  }

  /// Keeps the answer to a call that changed nothing.
  ///
  /// - Throws: `.keyTaken`; `.notFound` once the account has been deleted.
  package func keep(_ answer: PendingResponse<Void>, ofAccount account: String) async throws {
    try await transaction(.essential) { db in
      let id = try Int64.fetchOne(
        db, sql: "SELECT id FROM account WHERE name = ?", arguments: [account])
      guard let id else { throw StoreError.notFound(.account, account) }
      try self.keep(answer, (), of: AccountID(id), in: db)
    }
  }

  /// Keeps the answer, if there is one to keep, with what the transaction `db` came to.
  ///
  /// The account's oldest answer goes once there are too many, the expired ones before all others.
  ///
  /// - Throws: `.keyTaken` when one is kept under the key.
  func keep<Result>(
    _ answer: PendingResponse<Result>?, _ result: Result, of account: AccountID, in db: Database
  ) throws {
    guard let answer else { return }
    try db.execute(
      sql: """
        INSERT INTO kept_answer (account, name, fingerprint, answer, expire_time)
        VALUES (?, ?, ?, ?, ?) ON CONFLICT (account, name) DO UPDATE SET
          fingerprint = excluded.fingerprint, answer = excluded.answer,
          expire_time = excluded.expire_time
        WHERE expire_time <= ?
        """,
      arguments: [
        account.rawValue, Data(answer.key.name), Data(answer.key.fingerprint),
        Data(try answer.bytes(result)), answer.expireTime.unixMilliseconds,
        answer.now.unixMilliseconds,
      ])
    guard db.changesCount > 0 else { throw StoreError.keyTaken }
    try db.execute(
      sql: """
        DELETE FROM kept_answer WHERE id IN (
          SELECT id FROM kept_answer WHERE account = ? ORDER BY expire_time DESC, id DESC
          LIMIT -1 OFFSET ?)
        """,
      arguments: [account.rawValue, Int64(limits.accountAnswersMax)])
  }
}
