internal import API
internal import Cryptography
internal import Glibc

/// Reads stored objects and says which are not what they are named for.
struct ObjectCheck: ~Copyable {
  private let files: ObjectFiles
  private let buffer = ReadBuffer()

  init(of files: ObjectFiles) { self.files = files }

  /// - Returns: what is wrong with an object; nothing if it is as it was stored.
  func finding(
    of hash: ObjectHash, bytes expected: UInt64?, _ advance: (UInt64) -> Void
  ) -> (kind: UpkeepFaultKind, detail: String)? {
    let path = files.path(of: hash)
    do throws(StoreError) {
      let descriptor = try SystemCalls.opened(path, O_RDONLY)
      defer { close(descriptor) }
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw SystemCalls.failure("fstat", path) }
      if let expected, status.st_size != off_t(expected) {
        return (.damaged, "\(status.st_size) bytes instead of \(expected)")
      }
      var digest = SHA256()
      _ = try SystemCalls.readAll(descriptor, path, into: buffer.room) {
        (chunk) throws(StoreError) in
        digest.update(chunk)
        advance(UInt64(chunk.count))
      }
      guard ObjectHash(digest: digest.finalize()) == hash else {
        return (.damaged, "other bytes than those it is named for")
      }
      return nil
    } catch {
      if case .file(_, _, errno: ENOENT) = error { return (.missing, "there is no file") }
      return (.unreadable, "\(error)")
    }
  }
}
