internal import Threads

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
/// The thread ends when the last reference goes, once its queue is empty.
package final class TorchThread: SerialExecutor, Sendable {
  private let worker: WorkerThreads

  /// Starts the thread; each operation computes with so many threads, this one included.
  package init(name: String, computingThreads: Int) {
    var configuration = WorkerThreads.Configuration(name: name)
    configuration.stackBytes = 8 << 20  // libtorch recurses through long graphs
    configuration.atStart = {
      do {
        try Torch.setThreadCount(max(1, computingThreads))
      } catch {
        preconditionFailure("libtorch refuses \(computingThreads) threads: \(error)")
      }
    }
    worker = WorkerThreads(configuration)
  }

  /// Runs `body` on the thread after all that was asked before.
  package func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await worker.run(body)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = asUnownedSerialExecutor()
    do {
      try worker.add { job.runSynchronously(on: executor) }
    } catch {
      preconditionFailure("a TorchThread takes no work: \(error)")
    }
  }
}
