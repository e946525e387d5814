import Synchronization

/// Cancels the task of one handler from outside.
///
/// A task group cancels all of its tasks or none, and a second task per call to do it for one would
/// double what a call costs. So the handler's task leaves its handle here while it runs, and nobody
/// uses the handle after that: both happen under the lock.
final class HandlerCancellation: Sendable {
  /// Why a handle may be sent: only `cancel` is called from another task, which is allowed.
  private struct Handle: @unchecked Sendable {
    let task: UnsafeCurrentTask
  }

  private enum State {
    case waiting
    case running(Handle)
    case cancelled
    case returned
  }

  private let state = Mutex(State.waiting)

  /// Whether `cancel` was called before the handler returned.
  var isCancelled: Bool {
    state.withLock { state in
      if case .cancelled = state { true } else { false }
    }
  }

  /// Cancels the handler's task, now or when it starts.
  func cancel() {
    state.withLock { state in
      if case .running(let handle) = state { handle.task.cancel() }
      if case .returned = state { return }
      state = .cancelled
    }
  }

  /// Runs `body` as the handler, in the current task, which runs nothing else.
  func run<R: Sendable>(_ body: () async -> R) async -> R {
    withUnsafeCurrentTask { task in
      guard let handle = task.map(Handle.init) else { return }
      state.withLock { state in
        if case .cancelled = state { handle.task.cancel() } else { state = .running(handle) }
      }
    }
    let result = await body()
    state.withLock { state in
      if case .running = state { state = .returned }
    }
    return result
  }
}
