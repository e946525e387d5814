internal import Crypto
internal import Dispatch
internal import Glibc

/// Receives the bytes of one object piece by piece, hashing them as they come.
///
/// The file goes away with the writer unless `finish()` hands it over.
package struct StagingWriter: ~Copyable {
  /// Bytes written so far.
  package private(set) var bytes: UInt64 = 0
  private let file: StagedFile
  private var hash = SHA256()

  init(path: String, name: String) throws(StoreError) {
    file = try StagedFile(path: path, name: name)
  }

  /// Appends bytes; they reach the page cache, not yet the disk.
  package mutating func write(_ chunk: UnsafeRawBufferPointer) throws(StoreError) {
    hash.update(bufferPointer: chunk)
    try file.write(chunk)
    bytes += UInt64(chunk.count)
  }

  /// Appends bytes; they reach the page cache, not yet the disk.
  package mutating func write(_ chunk: [UInt8]) throws(StoreError) {
    let result: Result<Void, StoreError> = chunk.withUnsafeBytes { buffer in
      do throws(StoreError) {
        try write(buffer)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  /// Hands the bytes over.
  ///
  /// They may be in the page cache only: the store waits for the disk before it commits a row that
  /// refers to them.
  package consuming func finish() -> StagedObject {
    StagedObject(file: file, hash: ObjectHash(digest: hash.finalize()), bytes: bytes)
  }
}

/// An object's bytes, whole, that no row refers to yet.
///
/// The file goes away with the last reference unless a row has adopted it.
package struct StagedObject: Sendable {
  let file: StagedFile
  package let hash: ObjectHash
  package let bytes: UInt64

  /// The file's name in the staging folder.
  package var stagedName: String { file.name }

  /// Waits until every byte is safe on the disk, away from Swift's own threads.
  func synchronize() async throws {
    try await withCheckedThrowingContinuation {
      (continuation: CheckedContinuation<Void, any Error>) in
      Self.queue.async {
        continuation.resume(with: Result { try file.synchronize() })
      }
    }
  }

  private static let queue = DispatchQueue(label: "diyml.store.fsync", attributes: .concurrent)
}

/// An open file in the staging folder, removed when it is no longer used.
final class StagedFile: Sendable {
  let path: String
  let name: String
  private let descriptor: Int32

  init(path: String, name: String) throws(StoreError) {
    self.path = path
    self.name = name
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemCalls.failure("open", path) }
  }

  deinit {
    close(descriptor)
    // Names are random and never used again, so after an adoption there is nothing here to hit.
    // Whatever cannot be removed now is removed at the next start.
    unlink(path)
  }

  func write(_ chunk: UnsafeRawBufferPointer) throws(StoreError) {
    var rest = chunk[...]
    while !rest.isEmpty {
      let count = Glibc.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemCalls.failure("write", path)
      }
      rest = rest.dropFirst(count)
    }
  }

  func synchronize() throws(StoreError) {
    guard fsync(descriptor) == 0 else { throw SystemCalls.failure("fsync", path) }
  }
}
