internal import Codec
internal import RPCCore
internal import Synchronization
internal import Waiting

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
    /// None lives; it opens when one does, or none will any more.
    case starting(OneShotSignal)
    /// Never empty; the first serves, the others stand by.
    case serving([Engine])
    case ended
  }

  private let state = Mutex(State.starting(OneShotSignal()))
  private let patience: Duration

  init(patience: Duration) { self.patience = patience }

  // MARK: What the host does

  /// An engine is ready.
  func open(_ engine: Engine) {
    let awaited: OneShotSignal? = state.withLock { state in
      switch state {
      case .ended: return nil
      case .serving(let engines):
        state = .serving(engines + [engine])
        return nil
      case .starting(let awaited):
        state = .serving([engine])
        return awaited
      }
    }
    awaited?.open()
  }

  /// An engine has died; another one may come.
  func close(process: Int32) {
    state.withLock { state in
      guard case .serving(let engines) = state else { return }
      let left = engines.filter { $0.process != process }
      state = left.isEmpty ? .starting(OneShotSignal()) : .serving(left)
    }
  }

  /// No engine will come any more.
  func end() {
    let awaited: OneShotSignal? = state.withLock { state in
      defer { state = .ended }
      guard case .starting(let awaited) = state else { return nil }
      return awaited
    }
    awaited?.open()
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
    while true {
      switch state.withLock(\.self) {
      case .serving(let engines): return engines[0].caller
      case .ended: throw Self.ended
      case .starting(let awaited): await awaited.wait()
      }
      try Task.checkCancellation()
    }
  }

  private var engines: [Engine] {
    state.withLock { state in
      guard case .serving(let engines) = state else { return [] }
      return engines
    }
  }

  private static var ended: Status { .unprocessed("the server is stopping") }
}
