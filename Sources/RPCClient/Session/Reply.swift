import Codec
import Synchronization

/// The one response of a unary call, between the event loop and the task that waits for it.
///
/// The continuation is not a checked one, which costs an allocation: the state says that it is resumed
/// once.
final class Reply: Sendable {
  private enum State {
    case open
    case awaited(UnsafeContinuation<Bytes, any Error>)
    case settled(Result<Bytes, any Error>)
    case taken
  }

  private let state = Mutex(State.open)

  /// Sets the result; the first one counts.
  func settle(_ result: Result<Bytes, any Error>) {
    let continuation: UnsafeContinuation<Bytes, any Error>? = state.withLock { state in
      switch state {
      case .open:
        state = .settled(result)
        return nil
      case .awaited(let continuation):
        state = .taken
        return continuation
      case .settled, .taken:
        return nil
      }
    }
    continuation?.resume(with: result)
  }

  /// Resumes the continuation with the result, once it is there; called once.
  func wait(_ continuation: UnsafeContinuation<Bytes, any Error>) {
    let result: Result<Bytes, any Error>? = state.withLock { state in
      switch state {
      case .open:
        state = .awaited(continuation)
        return nil
      case .settled(let result):
        state = .taken
        return result
      case .awaited, .taken:
        preconditionFailure("a reply is awaited once")
      }
    }
    if let result { continuation.resume(with: result) }
  }
}
