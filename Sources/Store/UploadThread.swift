internal import Dispatch
internal import Foundation
internal import Glibc
internal import Synchronization

/// The thread that hashes and writes what is uploaded, one piece after the other.
///
/// It gives way to all others: a large upload could keep a small machine busy, and a small call on
/// the same machine would otherwise wait for its turn at each of the threads it goes through.
final class UploadThread: SerialExecutor {
  static let shared = UploadThread()

  /// As little as trainings get: then whatever else wakes up takes the core at once.
  private static let nice: Int32 = 19

  private let jobs = Mutex<[UnownedJob]>([])
  private let waiting = DispatchSemaphore(value: 0)

  private init() {
    let thread = Thread { [self] in
      // On Linux the nice value belongs to the calling thread. If it is refused, uploads are served
      // as before and calls beside them wait longer.
      _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.nice)
      while true { runNext() }
    }
    thread.name = "diyml.uploads"
    thread.start()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    waiting.signal()
  }

  private func runNext() {
    waiting.wait()
    let job = jobs.withLock { $0.removeFirst() }
    job.runSynchronously(on: asUnownedSerialExecutor())
  }
}
