internal import Glibc
internal import Synchronization

/// The few system calls that the store makes, with errors that name operation and path.
///
/// Foundation's file functions are not used: they have no fsync, and hide which call failed.
enum SystemCalls {
  static func failure(_ operation: String, _ path: String) -> StoreError {
    failure(operation, path, errno)
  }

  static func failure(_ operation: String, _ path: String, _ code: Int32) -> StoreError {
    StorageFault(errno: code, at: path).map { .fault($0, while: "\(operation) of '\(path)'") }
      ?? .file(operation: operation, path: path, errno: code)
  }

  /// Makes a folder of mode 0700; one that exists is left as it is.
  ///
  /// - Returns: whether it was made.
  @discardableResult
  static func makeFolder(_ path: String) throws(StoreError) -> Bool {
    if mkdir(path, 0o700) == 0 { return true }
    guard errno == EEXIST else { throw failure("mkdir", path) }
    return false
  }

  /// Opens a file, which gets mode 0600 if it is made; the caller closes the descriptor.
  static func opened(_ path: String, _ flags: Int32) throws(StoreError) -> Int32 {
    let descriptor = open(path, flags | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("open", path) }
    return descriptor
  }

  /// Makes an empty file of mode 0600; one that exists is left as it is.
  static func makeFile(_ path: String) throws(StoreError) {
    close(try opened(path, O_WRONLY | O_CREAT))
  }

  /// Waits until a file's bytes are safe on the disk.
  static func synchronizeFile(_ path: String) throws(StoreError) {
    try synchronize(path, O_RDONLY)
  }

  /// Makes what was added to, renamed in or removed from a folder survive a power loss.
  static func synchronizeFolder(_ path: String) throws(StoreError) {
    try synchronize(path, O_RDONLY | O_DIRECTORY)
  }

  private static func synchronize(_ path: String, _ flags: Int32) throws(StoreError) {
    let descriptor = try opened(path, flags)
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("fsync", path) }
  }

  /// The bytes of a small file; nothing when there is none.
  ///
  /// Of a larger one the first `bytesMax`.
  static func contents(of path: String, bytesMax: Int) throws(StoreError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw failure("open", path)
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: bytesMax)
    let count = read(descriptor, &bytes, bytesMax)
    guard count >= 0 else { throw failure("read", path) }
    return Array(bytes.prefix(count))
  }

  /// Writes all of the bytes.
  static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
  ) throws(StoreError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("write", path)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Puts a small file in a folder in the place of another, whole and safe on the disk.
  static func replaceFile(
    _ path: String, with bytes: [UInt8], in folder: String
  ) throws(StoreError) {
    let fresh = path + ".new"
    let descriptor = try opened(fresh, O_WRONLY | O_CREAT | O_TRUNC)
    defer { close(descriptor) }
    let written: Result<Void, StoreError> = bytes.withUnsafeBytes { bytes in
      Result { () throws(StoreError) in try writeAll(bytes, to: descriptor, fresh) }
    }
    try written.get()
    guard fsync(descriptor) == 0 else { throw failure("fsync", fresh) }
    try renameFile(fresh, to: path)
    try synchronizeFolder(folder)
  }

  /// A file's length in bytes; nothing when there is none.
  static func length(of path: String) throws(StoreError) -> UInt64? {
    try followedStatus(path).map { UInt64($0.st_size) }
  }

  /// When a file or the names in a folder were changed last, in nanoseconds; nothing when there is
  /// none.
  static func changeTime(of path: String) throws(StoreError) -> Int64? {
    try followedStatus(path).map {
      Int64($0.st_mtim.tv_sec) * 1_000_000_000 + Int64($0.st_mtim.tv_nsec)
    }
  }

  /// What the system says of what a path leads to, links followed; nothing when there is none.
  private static func followedStatus(_ path: String) throws(StoreError) -> stat? {
    var status = stat()
    if stat(path, &status) == 0 { return status }
    guard errno == ENOENT else { throw failure("stat", path) }
    return nil
  }

  /// Sets the time of a file's last change to now, by the file system's clock.
  static func touch(_ path: String) throws(StoreError) {
    guard utimensat(AT_FDCWD, path, nil, 0) == 0 else { throw failure("utimensat", path) }
  }

  /// Removes an empty folder; one that is not there counts as removed.
  static func removeFolder(_ path: String) throws(StoreError) {
    guard rmdir(path) == 0 || errno == ENOENT else { throw failure("rmdir", path) }
  }

  static func renameFile(_ source: String, to target: String) throws(StoreError) {
    guard rename(source, target) == 0 else { throw failure("rename", source) }
  }

  /// Removes a file; one that is not there counts as removed.
  static func removeFile(_ path: String) throws(StoreError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure("unlink", path) }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Takes the room for a file ahead; a file that is there grows to the length.
  ///
  /// - Returns: whether there was room; otherwise there is no such file.
  static func reserveFile(_ path: String, bytes: UInt64) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    if posix_fallocate(descriptor, 0, off_t(bytes)) == 0 { return true }
    unlink(path)
    return false
  }

  /// Why no file can be opened at this moment; 0 if one can.
  static func probedErrno() -> Int32 {
    let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return errno }
    close(descriptor)
    return 0
  }

  /// The names in a folder without `.` and `..`, in no order; none when there is no such folder.
  static func names(in path: String) throws(StoreError) -> [String] {
    guard let folder = opendir(path) else {
      if errno == ENOENT { return [] }
      throw failure("opendir", path)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}

func systemMessage(_ code: Int32) -> String {
  guard let text = strerror(code) else { return "error \(code)" }
  return String(cString: text)
}

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
