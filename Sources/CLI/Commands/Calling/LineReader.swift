import Foundation
import Synchronization

/// Lines of standard input, for a task that may stop waiting for one.
///
/// Reading blocks, and nothing ends it but input, so it has a thread of its own.
final class LineReader: Sendable {
  private let read: @Sendable () -> String?

  init(_ read: @escaping @Sendable () -> String?) { self.read = read }

  /// The next line; `nil` at the end of the input.
  ///
  /// - Throws: `CancellationError`; the line that comes later is lost.
  func next() async throws -> String? {
    try Task.checkCancellation()
    let waiter = Waiter()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        waiter.wait(continuation)
        Thread.detachNewThread { [read] in waiter.settle(.success(read())) }
      }
    } onCancel: {
      waiter.settle(.failure(CancellationError()))
    }
  }

  /// Takes the first outcome, before or after somebody waits for it.
  private final class Waiter: Sendable {
    private enum State {
      case new
      case waiting(CheckedContinuation<String?, any Error>)
      case settled(Result<String?, any Error>)
    }

    private let state = Mutex(State.new)

    func wait(_ continuation: CheckedContinuation<String?, any Error>) {
      let outcome = state.withLock { state in
        if case .settled(let outcome) = state { return outcome as Result<String?, any Error>? }
        state = .waiting(continuation)
        return nil
      }
      if let outcome { continuation.resume(with: outcome) }
    }

    func settle(_ outcome: Result<String?, any Error>) {
      let waiter = state.withLock { state in
        defer { if case .settled = state {} else { state = .settled(outcome) } }
        if case .waiting(let waiter) = state {
          return waiter as CheckedContinuation<String?, any Error>?
        }
        return nil
      }
      waiter?.resume(with: outcome)
    }
  }
}
