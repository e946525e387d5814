internal import Glibc

/// The few system calls that the store makes, with errors that name operation and path.
///
/// Foundation's file functions are not used: they have no fsync, and hide which call failed.
enum SystemCalls {
  static func failure(_ operation: String, _ path: String) -> StoreError {
    let code = errno
    if code == ENOSPC || code == EDQUOT { return .full("\(operation) of '\(path)'") }
    return .file(operation: operation, path: path, errno: code)
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

  /// Makes an empty file of mode 0600; one that exists is left as it is.
  static func makeFile(_ path: String) throws(StoreError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("open", path) }
    close(descriptor)
  }

  /// Makes what was added to, renamed in or removed from a folder survive a power loss.
  static func synchronizeFolder(_ path: String) throws(StoreError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("fsync", path) }
  }

  static func renameFile(_ source: String, to target: String) throws(StoreError) {
    guard rename(source, target) == 0 else { throw failure("rename", source) }
  }

  /// Removes a file; one that is not there counts as removed.
  static func removeFile(_ path: String) throws(StoreError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure("unlink", path) }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

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
