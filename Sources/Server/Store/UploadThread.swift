internal import Threads

/// The thread that hashes and writes what is uploaded, one piece after the other.
///
/// It gives way to all others: a large upload could keep a small machine busy, and a small call on
/// the same machine would otherwise wait for its turn at each of the threads it goes through.
final class UploadThread: SerialExecutor {
  static let shared = UploadThread()

  private let worker: WorkerThreads

  private init() {
    var configuration = WorkerThreads.Configuration(name: "diyml.uploads")
    // As much as trainings do: then whatever else wakes up takes the core at once.
    configuration.nice = 19
    worker = WorkerThreads(configuration)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    do {
      try worker.add { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    } catch {
      preconditionFailure("the upload thread takes no work: \(error)")
    }
  }
}
