internal import Synchronization

/// Tells work on another thread that nobody waits for it any more.
package final class CancellationFlag: Sendable {
  private struct State {
    var isCancelled = false
    var handler: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  package init() {}

  package var isCancelled: Bool { state.withLock { $0.isCancelled } }

  package func cancel() {
    let handler = state.withLock { state in
      state.isCancelled = true
      return state.handler.take()
    }
    handler?()
  }

  /// Calls `handler` when the flag is set, at once if it is set already; there is one.
  package func onCancel(_ handler: @escaping @Sendable () -> Void) {
    let isCancelled = state.withLock { state in
      if !state.isCancelled { state.handler = handler }
      return state.isCancelled
    }
    if isCancelled { handler() }
  }

  /// - Throws: `CancellationError` once the flag is set.
  @Sendable package func check() throws {
    if isCancelled { throw CancellationError() }
  }
}
