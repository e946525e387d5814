internal import Cryptography
internal import Glibc
internal import Synchronization

/// Whose a data folder is, and how much it has seen: the file `store` in the folder.
///
/// The database says the same of itself. A database of another store, or one from before what the
/// folder has seen, must not decide which objects are wanted.
struct FolderIdentity: Sendable, Equatable {
  /// 32 hexadecimal digits, random.
  var id: String
  /// The highest change counter of the database that the folder has seen.
  var changes: Int64

  private static let heading = "diyml store\nid "
  private static let digits = 20
  /// Where the digits of `changes` stand in the file.
  static let changesOffset = heading.utf8.count + 32 + "\nchanges ".utf8.count

  /// `changes` in as many digits as always.
  static func padded(_ changes: Int64) -> String {
    let text = String(changes)
    return String(repeating: "0", count: digits - text.count) + text
  }

  var text: String { "\(Self.heading)\(id)\nchanges \(Self.padded(changes))\n" }

  /// Nothing unless the text is as `text` makes it.
  init?(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4, lines[1].hasPrefix("id "), lines[2].hasPrefix("changes "),
      let changes = Int64(lines[2].dropFirst("changes ".count))
    else { return nil }
    self.init(id: String(lines[1].dropFirst("id ".count)), changes: changes)
    guard self.text == text, Self.isID(id) else { return nil }
  }

  init(id: String, changes: Int64) {
    self.id = id
    self.changes = changes
  }

  static func isID(_ text: String) -> Bool { isLowerHex(text, digits: 32...32) }

  static func randomID() -> String {
    lowerHex(secureRandomBytes(count: 16))
  }
}

/// The file that holds a folder's identity, kept open to note what the folder has seen.
///
/// The counter is written after each commit and is not waited for: it reaches the disk when the
/// system likes, so after a power loss it may be behind the database and never ahead of it. A crash
/// of the process loses nothing of it.
final class FolderIdentityFile: Sendable {
  private let path: String
  private let descriptor: Int32
  private let written: Mutex<Int64>

  static func path(in folder: String) -> String { folder + "/store" }

  /// What the folder says of itself; nothing when it has no such file.
  ///
  /// - Throws: `.refused(.identityUnreadable)` when the file is none of ours.
  static func read(in folder: String) throws(StoreError) -> FolderIdentity? {
    let path = path(in: folder)
    guard let bytes = try SystemCalls.contents(of: path, bytesMax: 4_096) else { return nil }
    guard let identity = FolderIdentity(text: String(decoding: bytes, as: UTF8.self)) else {
      throw .refused(.identityUnreadable(file: path))
    }
    return identity
  }

  /// Writes a folder's identity, safe on the disk when this returns.
  static func write(_ identity: FolderIdentity, in folder: String) throws(StoreError) {
    try SystemCalls.replaceFile(path(in: folder), with: Array(identity.text.utf8), in: folder)
  }

  /// Opens the file of a folder that has one.
  init(in folder: String, changes: Int64) throws(StoreError) {
    path = Self.path(in: folder)
    descriptor = try SystemCalls.opened(path, O_WRONLY)
    written = Mutex(changes)
  }

  deinit { close(descriptor) }

  /// Notes that the folder has seen a change of the database.
  func saw(changes: Int64) throws(StoreError) {
    try written.withLock { (written) throws(StoreError) in
      guard changes > written else { return }
      let digits = Array(FolderIdentity.padded(changes).utf8)
      guard
        pwrite(descriptor, digits, digits.count, off_t(FolderIdentity.changesOffset))
          == digits.count
      else { throw SystemCalls.failure("write", path) }
      written = changes
    }
  }
}

/// Keeps a second server out of a data folder for as long as it lives.
///
/// The kernel drops the lock with the process, so a crash leaves none behind.
final class FolderLock: Sendable {
  private let descriptor: Int32

  /// - Throws: `.folderInUse` when another process, or another store of this one, holds the folder.
  init(folder: String) throws(StoreError) {
    let path = folder + "/lock"
    let descriptor = try SystemCalls.opened(path, O_RDWR | O_CREAT)
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
