internal import Dispatch
internal import Foundation
internal import Synchronization

/// One long-lived OS thread, the only kind of place where tensors may be touched.
///
/// Each OS thread that computes gets a team of helper threads from libtorch, so computing on
/// Swift's cooperative pool would make a team for every core. An actor with this as its executor
/// keeps tensors between calls:
///
///     actor Models {
///       let thread: TorchThread
///       nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
///     }
///
/// The thread ends after `stop()`, or when the last reference goes, once its queue is empty.
package final class TorchThread: SerialExecutor, Sendable {
  private let queue = JobQueue()

  /// Starts the thread; each operation computes with so many threads, this one included.
  package init(name: String, computingThreads: Int) {
    let queue = queue
    let thread = Thread {
      Thread.current.name = name  // on Linux only the thread itself can be named
      // Refused only for counts below 1, which the maximum rules out.
      do { try Torch.setThreadCount(max(1, computingThreads)) } catch {}
      while let job = queue.next() { job() }
    }
    thread.stackSize = 8 << 20  // libtorch recurses through long graphs
    thread.start()
  }

  deinit {
    queue.close()
  }

  /// Runs `body` on the thread after all that was asked before.
  package func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let accepted = queue.add { continuation.resume(with: Swift.Result(catching: body)) }
      if !accepted { continuation.resume(throwing: ModelError.cancelled) }
    }
  }

  /// Ends the thread once its queue is empty; later calls of `run` throw `.cancelled`.
  ///
  /// Not to be called while an actor still uses this executor.
  package func stop() {
    queue.close()
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = asUnownedSerialExecutor()
    let accepted = queue.add { job.runSynchronously(on: executor) }
    precondition(accepted, "an actor was called after its TorchThread was stopped")
  }
}

/// Closures waiting for the thread.
private final class JobQueue: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let waiting = DispatchSemaphore(value: 0)

  func add(_ job: @escaping @Sendable () -> Void) -> Bool {
    let accepted = state.withLock { state in
      if !state.isClosed { state.jobs.append(job) }
      return !state.isClosed
    }
    if accepted { waiting.signal() }
    return accepted
  }

  func close() {
    state.withLock { $0.isClosed = true }
    waiting.signal()
  }

  /// Waits for the next job; nil once the queue is closed and empty.
  func next() -> (@Sendable () -> Void)? {
    while true {
      waiting.wait()
      let (job, isClosed) = state.withLock { state in
        (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
      }
      if let job { return job }
      if isClosed { return nil }
    }
  }
}
