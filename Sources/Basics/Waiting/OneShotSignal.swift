internal import Synchronization

/// Opens once and stays open; any number of tasks may wait for it.
package final class OneShotSignal: Sendable {
  private struct State {
    /// Arrivals until it opens.
    var awaited: Int
    var nextTicket = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state: Mutex<State>

  /// Makes one that opens when so many have arrived, at once if there are none.
  package init(after arrivals: Int = 1) { state = Mutex(State(awaited: arrivals)) }

  package var isOpen: Bool { state.withLock { $0.awaited <= 0 } }

  /// Opens it now, even if some have not arrived.
  package func open() { change { $0 = 0 } }

  /// One has arrived; the last of them opens it.
  package func arrive() { change { $0 -= 1 } }

  private func change(_ body: (inout Int) -> Void) {
    let waiting = state.withLock { state in
      body(&state.awaited)
      guard state.awaited <= 0 else { return [:] as [Int: CheckedContinuation<Void, Never>] }
      defer { state.waiting = [:] }
      return state.waiting
    }
    for continuation in waiting.values { continuation.resume() }
  }

  /// Returns when the signal was given or, unless `ignoresCancellation`, the task is cancelled.
  package func wait(ignoresCancellation: Bool = false) async {
    let ticket = state.withLock { state in
      defer { state.nextTicket += 1 }
      return state.nextTicket
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { state in
          guard state.awaited > 0, ignoresCancellation || !Task.isCancelled else { return false }
          state.waiting[ticket] = continuation
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      if ignoresCancellation { return }
      state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
    }
  }
}
