/// What an answer that was kept is found by, and held against.
package struct AnswerKey: Sendable, Hashable {
  /// Stands for the caller's key: 32 bytes that do not give it away.
  package let name: [UInt8]
  /// Stands for the request, in 32 bytes.
  package let fingerprint: [UInt8]

  package init(name: [UInt8], fingerprint: [UInt8]) {
    self.name = name
    self.fingerprint = fingerprint
  }
}

/// The answer to a call with an idempotency key, to be kept in the same transaction as what the
/// call does: either both are there afterwards or neither.
package struct PendingResponse<Result>: Sendable {
  let key: AnswerKey
  let now: Timestamp
  let expireTime: Timestamp
  let bytes: @Sendable (Result) throws -> [UInt8]

  /// `bytes` makes the answer of what the transaction came to.
  ///
  /// It must be quick, since all writing waits for it. What it throws undoes the transaction.
  package init(
    _ key: AnswerKey, at now: Timestamp, until expireTime: Timestamp,
    bytes: @escaping @Sendable (Result) throws -> [UInt8]
  ) {
    self.key = key
    self.now = now
    self.expireTime = expireTime
    self.bytes = bytes
  }
}

/// An answer that was kept.
package struct KeptAnswer: Sendable, Equatable {
  /// Of the request that it answers.
  package let fingerprint: [UInt8]
  package let bytes: [UInt8]
}
