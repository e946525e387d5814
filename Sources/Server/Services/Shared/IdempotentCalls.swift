internal import API
internal import Codec
internal import RPCCore
internal import Store
internal import Synchronization

/// Answers calls that name an idempotency key once, however often they are made.
///
/// The first answer is kept with the call's effect, in one transaction, so whoever repeats the call
/// after a lost connection, or after a crash of the server, is told what happened the first time. A
/// repetition that comes while the first is being served waits for it.
final class IdempotentCalls: Sendable {
  private struct Running: Hashable {
    let caller: String
    let name: [UInt8]
  }

  private let store: DataStore
  private let limits: ServiceLimits
  private let now: @Sendable () -> Timestamp
  private let running = Mutex<Set<Running>>([])
  private let endings = ChangeNotifier<Running>()

  init(store: DataStore, limits: ServiceLimits, now: @escaping @Sendable () -> Timestamp) {
    self.store = store
    self.limits = limits
    self.now = now
  }

  /// Serves a call by `serve`, unless it has been answered before.
  ///
  /// `serve` gets the answer's keeper, if there is a key, for the store method that does what the
  /// call is about. `caller` is the name of the account that calls. With `hasSecrets` request or
  /// answer hold a password or a token, so the key must be hard to guess. With `keepsFailures` the
  /// caller is known to be the account of that name.
  ///
  /// - Throws: what `serve` throws, or threw the first time; `FAILED_PRECONDITION` when the key was
  ///   used for another request; `INVALID_ARGUMENT` for a key too short for secrets.
  func answer<Request: Message, Response: Message>(
    _ request: Request, _ context: ServerContext, of caller: String, hasSecrets: Bool = false,
    keepsFailures: Bool = true,
    _ serve: (ResponseRecorder<Response>?) async throws -> Response
  ) async throws -> Response {
    guard let text = context.idempotencyKey else { return try await serve(nil) }
    if hasSecrets, text.utf8.count < limits.secretKeyBytesMin {
      throw Status(
        .keyRefused,
        "an idempotency key of \(text.utf8.count) bytes; \(context.method) needs one that nobody"
          + " guesses, of at least \(limits.secretKeyBytesMin)")
    }
    let key = IdempotencySecret(text, of: caller)
    let fingerprint = key.fingerprint(
      of: try encode(request).withUnsafeBytes { [UInt8]($0) }, to: context.method.path)
    let keeper = ResponseRecorder<Response>(
      key: key, fingerprint: fingerprint, now: now(), lifetime: limits.answerLifetime)
    let turn = Running(caller: caller.lowercased(), name: key.name)
    try await enter(turn)
    defer { leave(turn) }
    if let kept = try await store.keptAnswer(named: key.name, ofAccount: caller, at: now()) {
      context.response.trailers["idempotent-replayed"] = "true"
      return try keeper.open(kept)
    }
    do {
      return try await translatingStoreErrors { try await serve(keeper) }
    } catch let status as Status where keepsFailures && Self.isFinal(status.code) {
      try await store.keep(keeper.keeping(status), ofAccount: caller)
      throw status
    }
  }

  /// Whether a refusal stands although the same request may fare better later: it says what the
  /// caller's data were like at the time.
  ///
  /// One that the request alone deserves needs no memory, and one that says to try again no rest.
  private static func isFinal(_ code: StatusCode) -> Bool {
    switch code {
    case .notFound, .alreadyExists, .failedPrecondition: true
    case .ok, .cancelled, .unknown, .invalidArgument, .deadlineExceeded, .permissionDenied,
      .resourceExhausted, .aborted, .outOfRange, .unimplemented, .internal, .unavailable,
      .dataLoss, .unauthenticated:
      false
    }
  }

  /// Waits until no other call runs under the key.
  private func enter(_ turn: Running) async throws {
    try await endings.listening(to: turn) { endings in
      var endings = endings.makeAsyncIterator()
      while !running.withLock({ $0.insert(turn).inserted }) {
        guard await endings.next() != nil else { throw CancellationError() }
      }
    }
  }

  private func leave(_ turn: Running) {
    _ = running.withLock { $0.remove(turn) }
    endings.announce(turn)
  }
}

/// Refuses a key for a method whose answer is not kept, rather than promise what is not held.
func refuseKey(_ context: ServerContext) throws(Status) {
  guard context.idempotencyKey == nil else {
    throw Status(
      .keyRefused, "\(context.method) takes no idempotency key: its answer is not kept")
  }
}
