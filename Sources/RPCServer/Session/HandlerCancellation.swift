import RPCCore
import Synchronization

/// Cancels the task of one handler from outside.
///
/// A task group cancels all of its tasks or none, and a second task per call to do it for one would
/// double what a call costs. So the handler's task leaves its handle here while it runs, and nobody
/// uses the handle after that: both happen under the lock.
struct HandlerCancellation: ~Copyable, Sendable {
  /// Why a handle may be sent: only `cancel` is called from another task, which is allowed.
  struct Handle: @unchecked Sendable {
    let task: UnsafeCurrentTask
  }

  // Neither is private: the compiler (6.3.1, debug) refers to them from the files of those that hold
  // one of these, and fails when it may not.

  enum State {
    case waiting
    case running(Handle)
    case cancelled(Status)
    case returned
  }

  private let state = Mutex(State.waiting)

  /// Why `cancel` was called, if that was before the handler returned.
  var reason: Status? {
    state.withLock { state in
      if case .cancelled(let reason) = state { reason } else { nil }
    }
  }

  /// Cancels the handler's task, now or when it starts; the first reason counts.
  func cancel(_ reason: Status) {
    state.withLock { state in
      switch state {
      case .running(let handle):
        handle.task.cancel()
        state = .cancelled(reason)
      case .waiting: state = .cancelled(reason)
      case .cancelled, .returned: break
      }
    }
  }

  /// Records that the handler begins, in the current task, which runs nothing else until
  /// `returned`.
  func begin() {
    withUnsafeCurrentTask { task in
      guard let handle = task.map(Handle.init) else { return }
      state.withLock { state in
        if case .cancelled = state { handle.task.cancel() } else { state = .running(handle) }
      }
    }
  }

  /// Records that the handler has returned; in its task.
  func returned() {
    state.withLock { state in
      if case .running = state { state = .returned }
    }
  }
}
