import Codec
import Synchronization

/// The one response of a unary call, between the event loop and the task that waits for it.
final class Reply: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Bytes, any Error>)
    case settled(Result<Bytes, any Error>)
    case taken
  }

  private let state = Mutex(State.open)

  /// Sets the result; the first one counts.
  func settle(_ result: Result<Bytes, any Error>) {
    let continuation: CheckedContinuation<Bytes, any Error>? = state.withLock { state in
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

  /// Waits for the result; called once.
  func get() async throws -> Bytes {
    try await withCheckedThrowingContinuation { continuation in
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
}
