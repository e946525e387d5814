internal import Cryptography
internal import Glibc
internal import RPCCore

/// Reads objects of the store whole, each checked against the hash that names it.
///
/// What is used must be the bytes that were checked, so a file is read once and never mapped: a disk
/// may give other bytes the next time.
enum StoredObject {
  /// Why an object gave no bytes.
  enum Fault: Error, Equatable {
    case missing
    case tooLong(bytes: Int, limit: Int)
    case cutOff(bytes: Int, of: Int)
    /// The hash that the file's bytes have.
    case otherBytes(hash: String)
    case unreadable(errno: Int32)
  }

  /// - Throws: a fault unless the file's bytes have this SHA-256, in lower-case hexadecimal.
  static func bytes(
    of hash: String, at path: String, bytesMax: Int
  ) throws(Fault) -> [UInt8] {
    let bytes = try bytes(at: path, bytesMax: bytesMax)
    let found = lowerHex(SHA256.hash(bytes))
    guard found == hash else { throw .otherBytes(hash: found) }
    return bytes
  }

  private static func bytes(at path: String, bytesMax: Int) throws(Fault) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw errno == ENOENT ? .missing : .unreadable(errno: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .unreadable(errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(errno: EINVAL) }
    let count = Int(status.st_size)
    guard count <= bytesMax else { throw .tooLong(bytes: count, limit: bytesMax) }
    var fault: Fault?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      fault = fill(UnsafeMutableRawBufferPointer(buffer), from: file, &filled)
    }
    if let fault { throw fault }
    return bytes
  }

  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from file: Int32, _ filled: inout Int
  ) -> Fault? {
    while filled < buffer.count {
      let count = read(file, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      switch count {
      case 0: return .cutOff(bytes: filled, of: buffer.count)
      case ..<0 where errno == EINTR: continue
      case ..<0: return .unreadable(errno: errno)
      default: filled += count
      }
    }
    return nil
  }
}

extension EngineFolders {
  /// The bytes of an object, which are those that its name promises.
  ///
  /// - Throws: `INVALID_ARGUMENT` unless `hash` is a SHA-256 in lower-case hexadecimal; `DATA_LOSS`
  ///   that names the object when it is missing or damaged.
  func bytes(ofObject hash: String, field: String) throws(Status) -> [UInt8] {
    let path = try path(ofObject: hash, field: field)
    do throws(StoredObject.Fault) {
      return try StoredObject.bytes(of: hash, at: path, bytesMax: objectBytesMax)
    } catch {
      throw Status(error, ofObject: hash)
    }
  }
}
