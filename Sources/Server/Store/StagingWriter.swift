internal import Cryptography
internal import Glibc
internal import Synchronization
internal import Threads

/// Receives the bytes of one object piece by piece, hashing them as they come.
///
/// The file goes away with the writer unless `finish()` hands it over.
package struct StagingWriter: ~Copyable {
  /// Bytes written so far.
  package private(set) var bytes: UInt64 = 0
  private let file: StagedFile
  private let space: SpaceGuard
  private var hash = SHA256()
  /// Up to how many bytes the disk was found to have room.
  private var admittedBytes: UInt64 = 0

  /// What is written between two looks at the disk.
  private static let stepBytes: UInt64 = 1 << 20

  init(_ file: StagedFile, space: SpaceGuard) {
    self.space = space
    self.file = file
  }

  /// Appends bytes; they reach the page cache, not yet the disk.
  ///
  /// - Throws: `.fault(.full)` as soon as only the reserve is left.
  package mutating func write(_ chunk: UnsafeRawBufferPointer) throws(StoreError) {
    let end = bytes + UInt64(chunk.count)
    if end > admittedBytes {
      try space.admit(UInt64(chunk.count))
      admittedBytes = end + Self.stepBytes
    }
    hash.update(chunk)
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

  /// Waits until every byte is safe on the disk and the folders are there that it goes into, away
  /// from Swift's own threads.
  func synchronize(for files: ObjectFiles) async throws {
    try await DiskThreads.shared.run { [file, hash] in
      try file.synchronize()
      try files.makeSafePlace(for: hash)
    }
  }
}

/// An open file in the staging folder, removed when it is no longer used.
final class StagedFile: Sendable {
  let path: String
  let name: String
  private let descriptor: Int32
  /// Why the disk did not take all of it.
  private let failure = Mutex<StoreError?>(nil)

  init(path: String, name: String) throws(StoreError) {
    self.path = path
    self.name = name
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemCalls.failure("open", path) }
  }

  deinit {
    close(descriptor)
    // Names are random and never used again, so after an adoption there is nothing here to hit.
    // Whatever cannot be removed now is removed at the next start.
    unlink(path)
  }

  func write(_ chunk: UnsafeRawBufferPointer) throws(StoreError) {
    try SystemCalls.writeAll(chunk, to: descriptor, path)
  }

  /// Reads what another process has written.
  ///
  /// - Throws: `.limit` past `bytesMax`; `.file` with `ESTALE` when the name does not stand for the file
  ///   that was made, but for another, a link or nothing.
  func contents(bytesMax: UInt64) throws(StoreError) -> (hash: ObjectHash, bytes: UInt64) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemCalls.failure("fstat", path) }
    let named = try SystemCalls.status(path)
    guard named?.st_dev == status.st_dev, named?.st_ino == status.st_ino else {
      throw .file(operation: "open", path: path, errno: ESTALE)
    }
    let bytes = UInt64(status.st_size)
    guard bytes <= bytesMax else {
      throw .limit(name: "bytes of '\(name)'", value: bytes, limit: bytesMax)
    }
    var hash = SHA256()
    let buffer = ReadBuffer()
    let read = try SystemCalls.readAll(descriptor, path, into: buffer.room) {
      (chunk) throws(StoreError) in
      hash.update(chunk)
    }
    guard read == bytes else { throw .file(operation: "read", path: path, errno: ESTALE) }
    return (ObjectHash(digest: hash.finalize()), bytes)
  }

  /// Waits until every byte is safe on the disk.
  ///
  /// Once that has failed it never succeeds: the system forgets what the disk did not take, and says
  /// of the rest that it is safe.
  func synchronize() throws(StoreError) {
    try failure.withLock { (failure) throws(StoreError) in
      if let failure { throw failure }
      guard fsync(descriptor) == 0 else {
        let error = SystemCalls.failure("fsync", path)
        failure = error
        throw error
      }
    }
  }
}
