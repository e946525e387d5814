internal import CFileSync
internal import Cryptography
internal import Glibc

extension SystemCalls {
  /// What the system says of a file or folder; nothing if it is not there.
  static func status(_ path: String) throws(StoreError) -> stat? {
    var status = stat()
    if lstat(path, &status) == 0 { return status }
    guard errno == ENOENT else { throw failure("lstat", path) }
    return nil
  }

  /// Waits until everything in the file system of `folder` is safe on the disk.
  static func synchronizeAll(in folder: String) throws(StoreError) {
    let descriptor = try opened(folder, O_RDONLY | O_DIRECTORY)
    defer { close(descriptor) }
    guard syncfs(descriptor) == 0 else { throw failure("syncfs", folder) }
  }

  /// The path without links and dots; its last part need not be there.
  static func resolved(_ path: String) throws(StoreError) -> String {
    if let whole = realpath(path, nil) {
      defer { free(whole) }
      return String(cString: whole)
    }
    guard errno == ENOENT else { throw failure("realpath", path) }
    var trimmed = path[...]
    while trimmed.count > 1, trimmed.last == "/" { trimmed = trimmed.dropLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { throw failure("realpath", path) }
    let parent = slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    guard let above = realpath(parent, nil) else { throw failure("realpath", parent) }
    defer { free(above) }
    let name = trimmed[trimmed.index(after: slash)...]
    return (String(cString: above) == "/" ? "" : String(cString: above)) + "/" + name
  }

  /// Reads a file from its first byte to its last.
  ///
  /// - Returns: how many bytes there are.
  static func readAll(
    _ descriptor: Int32, _ path: String, into buffer: UnsafeMutableRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void
  ) throws(StoreError) -> UInt64 {
    var total: UInt64 = 0
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("read", path)
      }
      if count == 0 { return total }
      total += UInt64(count)
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// The SHA-256 of a whole file, and its length.
  static func hash(
    of path: String, using buffer: UnsafeMutableRawBufferPointer
  ) throws(StoreError) -> (hash: ObjectHash, bytes: UInt64) {
    let descriptor = try opened(path, O_RDONLY)
    defer { close(descriptor) }
    var hash = SHA256()
    let bytes = try readAll(descriptor, path, into: buffer) { (chunk) throws(StoreError) in
      hash.update(chunk)
    }
    return (ObjectHash(digest: hash.finalize()), bytes)
  }
}

/// The room that one thread reads into, freed with its owner.
struct ReadBuffer: ~Copyable {
  static let bytes = 256 << 10

  let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bytes, alignment: 4_096)

  deinit { room.deallocate() }
}

extension stat {
  var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
}
