internal import Synchronization

/// Makes folders that are there after a power loss, also when the disk fails in between.
final class NewFolders: Sendable {
  /// Folders that were made and whose names may not be safe on the disk yet.
  private let unsafe = Mutex<Set<String>>([])

  /// Makes a folder that is missing; when this returns, its name is safe.
  func make(_ folder: String, in parent: String) throws(StoreError) {
    if try SystemCalls.makeFolder(folder) { unsafe.withLock { _ = $0.insert(folder) } }
    guard unsafe.withLock({ $0.contains(folder) }) else { return }
    try SystemCalls.synchronizeFolder(parent)
    unsafe.withLock { _ = $0.remove(folder) }
  }
}
