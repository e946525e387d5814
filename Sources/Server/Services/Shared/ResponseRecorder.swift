internal import API
internal import Codec
internal import RPCCore
internal import Store

/// The first byte of what is kept.
private enum AnswerKind {
  static let response: UInt8 = 0
  static let failure: UInt8 = 1
}

/// Makes what the store is to keep of the answer to one call with an idempotency key.
struct ResponseRecorder<Response: Message>: Sendable {
  let key: IdempotencySecret
  let fingerprint: [UInt8]
  let now: Timestamp
  let lifetime: Duration

  /// Keeps the response that `answer` makes of what the store has done.
  func keeping<Result>(
    _ answer: @escaping @Sendable (Result) throws -> Response
  ) -> PendingResponse<Result> {
    sealing { result in
      try [AnswerKind.response] + answer(result).serialized().withUnsafeBytes { [UInt8]($0) }
    }
  }

  /// Keeps a refusal.
  func keeping(_ failure: Status) -> PendingResponse<Void> {
    sealing { _ in
      let limits = Limits()
      let ending = try CallEnding(failure).serialized(
        limits: limits, metadataBytesMax: limits.metadataBytesMax)
      return [AnswerKind.failure] + ending.withUnsafeBytes { [UInt8]($0) }
    }
  }

  /// The response that was kept.
  ///
  /// - Throws: the refusal that was kept; `FAILED_PRECONDITION` when what was kept answers another
  ///   request.
  func open(_ kept: KeptAnswer) throws -> Response {
    guard kept.fingerprint == fingerprint else {
      throw Status(
        .keyReused,
        "the idempotency key was used for another request; a new request needs a new key")
    }
    let bytes = try key.open(kept.bytes, to: fingerprint)
    let content = Bytes(Array(bytes.dropFirst()))
    switch bytes.first {
    case AnswerKind.response: return try Response(serialized: content)
    case AnswerKind.failure:
      throw CallEnding(serialized: content, limits: Limits()).failure
        ?? Status(.serverFailed, "a failure was kept that is none")
    default: throw Status(.serverFailed, "an answer was kept in an unknown form")
    }
  }

  private func sealing<Result>(
    _ bytes: @escaping @Sendable (Result) throws -> [UInt8]
  ) -> PendingResponse<Result> {
    PendingResponse(
      AnswerKey(name: key.name, fingerprint: fingerprint), at: now, until: now + lifetime
    ) { [key, fingerprint] result in
      try key.seal(bytes(result), to: fingerprint)
    }
  }
}
