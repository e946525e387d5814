internal import Codec
internal import RPCCore
internal import Synchronization

/// The caller of whichever inference engine lives now; calls wait a little while there is none.
final class InferenceSlot: Caller {
  private enum State {
    /// None lives; who waits, by ticket.
    case starting(waiting: [Int: CheckedContinuation<any Caller, any Error>])
    case serving(any Caller)
    case ended
  }

  private let state = Mutex(State.starting(waiting: [:]))
  private let tickets = Atomic(0)
  private let patience: Duration

  init(patience: Duration) { self.patience = patience }

  // MARK: What the host does

  func open(_ caller: any Caller) {
    let waiting = exchange(.serving(caller))
    for continuation in waiting { continuation.resume(returning: caller) }
  }

  /// The engine has died; another one may come.
  func close() {
    state.withLock { state in
      if case .serving = state { state = .starting(waiting: [:]) }
    }
  }

  /// No engine will come any more.
  func end() {
    for continuation in exchange(.ended) { continuation.resume(throwing: Self.ended) }
  }

  // MARK: What callers do

  func unary(
    _ method: MethodDescriptor, _ request: Bytes, options: CallOptions
  ) async throws -> Bytes {
    try await current().unary(method, request, options: options)
  }

  func stream<R: Sendable>(
    _ method: MethodDescriptor, options: CallOptions,
    _ body: (OutgoingMessages, IncomingMessages) async throws -> R
  ) async throws -> R {
    try await current().stream(method, options: options, body)
  }

  /// - Throws: `UNAVAILABLE`, safe to try again, when none has come in time.
  private func current() async throws -> any Caller {
    switch peek() {
    case .serving(let caller): return caller
    case .ended: throw Self.ended
    case .starting: break
    }
    return try await withThrowingTaskGroup(of: (any Caller).self) { group in
      group.addTask { try await self.wait() }
      group.addTask { [patience] in
        try await Task.sleep(for: patience)
        throw Status.unprocessed("the inference engine is being started; try again")
      }
      defer { group.cancelAll() }
      guard let caller = try await group.next() else { throw Self.ended }
      return caller
    }
  }

  private func wait() async throws -> any Caller {
    let ticket = tickets.add(1, ordering: .relaxed).newValue
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { add($0, ticket) }
    } onCancel: {
      giveUp(ticket)
    }
  }

  private func add(_ continuation: CheckedContinuation<any Caller, any Error>, _ ticket: Int) {
    let answer: Result<any Caller, any Error>? = state.withLock { state in
      switch state {
      case .serving(let caller): return .success(caller)
      case .ended: return .failure(Self.ended)
      case .starting(var waiting):
        if Task.isCancelled { return .failure(CancellationError()) }
        waiting[ticket] = continuation
        state = .starting(waiting: waiting)
        return nil
      }
    }
    if let answer { continuation.resume(with: answer) }
  }

  private func giveUp(_ ticket: Int) {
    let continuation: CheckedContinuation<any Caller, any Error>? = state.withLock { state in
      guard case .starting(var waiting) = state else { return nil }
      let continuation = waiting.removeValue(forKey: ticket)
      state = .starting(waiting: waiting)
      return continuation
    }
    continuation?.resume(throwing: CancellationError())
  }

  private func peek() -> State { state.withLock { $0 } }

  private func exchange(_ next: State) -> [CheckedContinuation<any Caller, any Error>] {
    state.withLock { state in
      defer { state = next }
      guard case .starting(let waiting) = state else { return [] }
      return Array(waiting.values)
    }
  }

  private static var ended: Status { .unprocessed("the server is stopping") }
}
