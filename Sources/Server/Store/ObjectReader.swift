internal import Cryptography
internal import Glibc
internal import Threads

/// Reads one stored object from its first byte to its last.
///
/// The bytes stay readable while the reader lives, even when the object is deleted meanwhile.
package final class ObjectReader: Sendable {
  package let bytes: UInt64
  private let object: ObjectHash
  private let path: String
  private let descriptor: Int32

  /// - Throws: `.damaged` when there is no file, or its length is not `bytes`.
  init(path: String, object: ObjectHash, bytes: UInt64) throws(StoreError) {
    self.path = path
    self.object = object
    self.bytes = bytes
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw .damaged(object, "its file is missing") }
      throw SystemCalls.failure("open", path)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = SystemCalls.failure("fstat", path)
      close(descriptor)
      throw error
    }
    guard UInt64(status.st_size) == bytes else {
      close(descriptor)
      throw .damaged(object, "its file has \(status.st_size) bytes instead of \(bytes)")
    }
  }

  /// Asks the system to forget what it has in memory, so that reading shows what the disk holds.
  func dropCachedBytes() { _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) }

  /// Reads all bytes and holds them against the object's name, away from Swift's own threads.
  ///
  /// - Throws: `.damaged` when they are others.
  package func verify() async throws {
    try await DiskThreads.shared.run { try self.checkBytes() }
  }

  /// Like `verify()`, on the calling thread.
  func checkBytes(chunk count: Int = 256 << 10) throws(StoreError) {
    var hash = SHA256()
    var offset: UInt64 = 0
    while offset < bytes {
      let chunk = try read(at: offset, count: Int(min(UInt64(count), bytes - offset)))
      guard !chunk.isEmpty else {
        throw .damaged(object, "its file ends after \(offset) of \(bytes) bytes")
      }
      chunk.withUnsafeBytes { hash.update($0) }
      offset += UInt64(chunk.count)
    }
    guard ObjectHash(digest: hash.finalize()) == object else {
      throw .damaged(object, "its bytes have another SHA-256")
    }
  }

  deinit { close(descriptor) }

  /// Up to `count` bytes from `offset`; none at the end.
  package func read(at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    let result: Result<[UInt8], StoreError> = Result { () throws(StoreError) -> [UInt8] in
      var failure: StoreError?
      let chunk = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
        while initializedCount < count {
          let target = UnsafeMutableRawBufferPointer(
            rebasing: UnsafeMutableRawBufferPointer(buffer)[initializedCount...])
          let read = pread(
            descriptor, target.baseAddress, target.count, off_t(offset) + off_t(initializedCount))
          if read < 0 {
            if errno == EINTR { continue }
            failure = SystemCalls.failure("read", path)
            return
          }
          if read == 0 { return }
          initializedCount += read
        }
      }
      if let failure { throw failure }
      return chunk
    }
    return try result.get()
  }
}

/// Threads for the blocking disk I/O of uploads and downloads.
enum DiskThreads {
  /// Sixteen files are synchronized, or read whole, at once: a disk does several in the time of one.
  static let shared = WorkerThreads(WorkerThreads.Configuration(name: "diyml.disk", count: 16))
}
