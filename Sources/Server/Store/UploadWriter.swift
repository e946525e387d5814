internal import Threads

/// Bytes that lie in memory one after the other.
package protocol ContiguousChunk: Sendable {
  func withUnsafeBytes<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result
}

/// A `StagingWriter` for bytes that come from far away, on a thread that gives way to all others.
package actor UploadWriter {
  private var writer: StagingWriter?

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    UploadThread.shared.asUnownedSerialExecutor()
  }

  init(_ writer: consuming StagingWriter) { self.writer = consume writer }

  /// Appends bytes; they reach the page cache, not yet the disk.
  package func write(_ chunk: some ContiguousChunk) throws(StoreError) {
    try chunk.withUnsafeBytes { (bytes) throws(StoreError) in try writer?.write(bytes) }
  }

  /// Hands the bytes over, once.
  package func finish() -> StagedObject? {
    guard let writer = writer.take() else { return nil }
    return writer.finish()
  }
}

/// The thread that hashes and writes what is uploaded, one piece after the other.
///
/// It gives way to all others: a large upload could keep a small machine busy, and a small call on
/// the same machine would otherwise wait for its turn at each of the threads it goes through.
private final class UploadThread: SerialExecutor {
  static let shared = UploadThread()

  // As much as trainings do: then whatever else wakes up takes the core at once.
  private let worker = WorkerThreads(WorkerThreads.Configuration(name: "diyml.uploads", nice: 19))

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    do {
      try worker.add { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    } catch {
      preconditionFailure("the upload thread takes no work: \(error)")
    }
  }
}
