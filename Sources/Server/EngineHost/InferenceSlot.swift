internal import Codec
internal import RPCCore
internal import Synchronization

/// The caller of whichever inference engine serves now.
///
/// Of those that live it is the one that has lived longest. Calls wait a little while there is none.
final class InferenceSlot: Caller {
  /// An engine that is ready.
  struct Engine: Sendable {
    var caller: any Caller
    var process: Int32
  }

  private enum State {
    /// None lives; who waits, by ticket.
    case starting(waiting: [Int: CheckedContinuation<any Caller, any Error>])
    /// Never empty; the first serves, the others stand by.
    case serving([Engine])
    case ended
  }

  private let state = Mutex(State.starting(waiting: [:]))
  private let tickets = Atomic(0)
  private let patience: Duration

  init(patience: Duration) { self.patience = patience }

  // MARK: What the host does

  /// An engine is ready.
  func open(_ engine: Engine) {
    let waiting: [CheckedContinuation<any Caller, any Error>] = state.withLock { state in
      switch state {
      case .ended: return []
      case .serving(let engines):
        state = .serving(engines + [engine])
        return []
      case .starting(let waiting):
        state = .serving([engine])
        return Array(waiting.values)
      }
    }
    for continuation in waiting { continuation.resume(returning: engine.caller) }
  }

  /// An engine has died; another one may come.
  func close(process: Int32) {
    state.withLock { state in
      guard case .serving(let engines) = state else { return }
      let left = engines.filter { $0.process != process }
      state = left.isEmpty ? .starting(waiting: [:]) : .serving(left)
    }
  }

  /// No engine will come any more.
  func end() {
    let waiting: [CheckedContinuation<any Caller, any Error>] = state.withLock { state in
      defer { state = .ended }
      guard case .starting(let waiting) = state else { return [] }
      return Array(waiting.values)
    }
    for continuation in waiting { continuation.resume(throwing: Self.ended) }
  }

  /// The engines' processes; the first one serves.
  var processes: [Int32] { engines.map(\.process) }

  /// Returns once an engine serves.
  ///
  /// - Throws: `CancellationError`, and `UNAVAILABLE` when none will come any more.
  func untilServing() async throws { _ = try await serving() }

  // MARK: What callers do

  func unary(
    _ method: MethodDescriptor, _ request: SegmentedBytes, options: CallOptions
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
    if let engine = engines.first { return engine.caller }
    return try await withThrowingTaskGroup(of: (any Caller).self) { group in
      group.addTask { try await self.serving() }
      group.addTask { [patience] in
        try await Task.sleep(for: patience)
        throw Status.unprocessed("the inference engine is being started; try again")
      }
      defer { group.cancelAll() }
      guard let caller = try await group.next() else { throw Self.ended }
      return caller
    }
  }

  private func serving() async throws -> any Caller {
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
      case .serving(let engines): return .success(engines[0].caller)
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

  private var engines: [Engine] {
    state.withLock { state in
      guard case .serving(let engines) = state else { return [] }
      return engines
    }
  }

  private static var ended: Status { .unprocessed("the server is stopping") }
}
