internal import Dispatch
internal import Foundation
internal import Glibc
internal import Synchronization

/// The threads on which whole projects are read, one project on each at a time.
///
/// Such a read may take seconds, so it must hold up neither calls, which share a few threads, nor
/// all of the database's readers.
final class ExaminationThreads: Sendable {
  static let shared = ExaminationThreads(count: 2)

  /// Gives way to calls, but not to uploads and trainings.
  private static let nice: Int32 = 10

  private struct Job {
    let id: ObjectIdentifier
    let run: @Sendable () -> Void
    let cancel: @Sendable () -> Void
  }

  /// Set once, when whoever waits for a job has gone.
  private final class Cancellation: Sendable {
    private let isCancelled = Atomic(false)

    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    func check() throws {
      if isCancelled.load(ordering: .relaxed) { throw CancellationError() }
    }
  }

  private let jobs = Mutex<[Job]>([])
  private let waiting = DispatchSemaphore(value: 0)

  private init(count: Int) {
    for _ in 0..<count {
      let thread = Thread { [self] in
        // On Linux the nice value belongs to the calling thread; that it is refused does no harm.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.nice)
        while true { runNext() }
      }
      thread.name = "diyml.examine"
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  private func runNext() {
    waiting.wait()
    // A job that was cancelled while it waited is no longer there.
    let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    job?.run()
  }

  /// Runs `body` when its turn comes; it calls what it is given every few thousand rows, which throws
  /// `CancellationError` once the calling task is cancelled.
  func run<Result: Sendable>(
    _ body: @escaping @Sendable (_ check: @escaping @Sendable () throws -> Void) throws -> Result
  ) async throws -> Result {
    let cancellation = Cancellation()
    let id = ObjectIdentifier(cancellation)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let job = Job(id: id) {
          continuation.resume(
            with: Swift.Result {
              try cancellation.check()
              return try body(cancellation.check)
            })
        } cancel: {
          continuation.resume(throwing: CancellationError())
        }
        jobs.withLock { $0.append(job) }
        waiting.signal()
      }
    } onCancel: {
      cancellation.cancel()
      let job = jobs.withLock { jobs in
        jobs.firstIndex { $0.id == id }.map { jobs.remove(at: $0) }
      }
      job?.cancel()
    }
  }
}
