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
