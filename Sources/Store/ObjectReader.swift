internal import Glibc

/// Reads one stored object from its first byte to its last.
///
/// The bytes stay readable while the reader lives, even when the object is deleted meanwhile.
package final class ObjectReader: Sendable {
  package let bytes: UInt64
  private let path: String
  private let descriptor: Int32

  init(path: String) throws(StoreError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemCalls.failure("open", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = SystemCalls.failure("fstat", path)
      close(descriptor)
      throw error
    }
    bytes = UInt64(status.st_size)
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
