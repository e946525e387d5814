internal import Glibc

/// Encoded bytes, in memory or in a file that is mapped rather than read.
package final class ImageStorage: Sendable {
  private enum Place: Sendable {
    case memory([UInt8])
    /// The mapping is read-only and lives as long as this object.
    case mapping(address: UInt, count: Int)
  }

  private let place: Place

  package init(_ bytes: [UInt8]) { place = .memory(bytes) }

  /// Maps a whole regular file.
  ///
  /// Whoever stages files must not shorten them while they are in use.
  package init(path: String, limits: ImageLimits = ImageLimits()) throws(ImageError) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw .unreadable(path: path, errno: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .unreadable(path: path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(path: path, errno: EINVAL) }
    let count = Int(status.st_size)
    try limits.check(.bytes, UInt64(count), \.bytesMax)
    guard count > 0 else {
      place = .memory([])
      return
    }
    let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0)
    guard let address, address != MAP_FAILED else { throw .unreadable(path: path, errno: errno) }
    place = .mapping(address: UInt(bitPattern: address), count: count)
  }

  deinit {
    switch place {
    case .memory: break
    case .mapping(let address, let count):
      munmap(UnsafeMutableRawPointer(bitPattern: address), count)
    }
  }

  package func withSpan<Value>(
    _ body: (Span<UInt8>) throws(ImageError) -> Value
  ) throws(ImageError) -> Value {
    switch place {
    case .memory(let bytes): return try body(bytes.span)
    case .mapping(let address, let count):
      let bytes = UnsafeBufferPointer(
        start: UnsafePointer<UInt8>(bitPattern: address), count: count)
      return try body(bytes.span)
    }
  }
}
