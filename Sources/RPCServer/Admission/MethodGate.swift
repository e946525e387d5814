import RPCCore
import Synchronization

/// Lets in the calls of one method, from all connections.
final class MethodGate: Sendable {
  private let state: Mutex<Admission<ServerCall>>
  /// Whether one handler's time says something about the next one's: a stream lasts as it likes.
  private let isTimed: Bool

  init(_ method: MethodDescriptor, handlersMax: Int, waitingMax: Int) {
    state = Mutex(
      Admission(name: method.path, handlersMax: handlersMax, waitingMax: waitingMax))
    isTimed = method.kind == .unary
  }

  /// Why a call that begins to arrive has no chance, or `nil`.
  func refusal(deadline: ContinuousClock.Instant?, at now: ContinuousClock.Instant) -> Status? {
    state.withLock { $0.refusal(deadline: deadline, at: now) }
  }

  /// Takes in a call that is complete.
  func arrived(_ call: ServerCall) -> Admission<ServerCall>.Verdict {
    let now = ContinuousClock.now
    return state.withLock { $0.arrived(call, deadline: call.context.deadline, at: now) }
  }

  /// Records that a handler has returned; returns the call that runs in its place.
  func returned(after time: Duration) -> ServerCall? {
    state.withLock { $0.returned(after: isTimed ? time : nil) }
  }

  /// Takes a call out of those that wait; `false` if it does not wait any more.
  func withdraw(_ call: ServerCall) -> Bool {
    state.withLock { $0.withdraw { $0 === call } }
  }
}
