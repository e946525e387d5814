internal import Glibc

/// Keeps a second server out of a data folder for as long as it lives.
///
/// The kernel drops the lock with the process, so a crash leaves none behind.
final class FolderLock: Sendable {
  private let descriptor: Int32

  /// - Throws: `.folderInUse` when another process, or another store of this one, holds the folder.
  init(folder: String) throws(StoreError) {
    let path = folder + "/lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemCalls.failure("open", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      if code == EWOULDBLOCK { throw .folderInUse(folder) }
      throw .file(operation: "flock", path: path, errno: code)
    }
    self.descriptor = descriptor
  }

  /// Lets others use the folder; nothing may touch it through this store afterwards.
  func release() { flock(descriptor, LOCK_UN) }

  deinit { close(descriptor) }
}
