import CZstd
import Codec

/// Zstandard (RFC 8878), by Debian's library: one message, one frame, never more memory than the
/// caller allows.
enum Zstd {
  /// Fast rather than small: what is saved is time on a network.
  private static let level: CInt = 1

  /// The bytes as one frame behind `prefix`; `nil` unless that takes at most `bytesMax` bytes.
  static func compressed(_ bytes: Bytes, prefix: [UInt8], bytesMax: Int) -> [UInt8]? {
    guard bytesMax > prefix.count else { return nil }
    var isWhole = false
    let packed = [UInt8](unsafeUninitializedCapacity: bytesMax) { buffer, count in
      for (place, byte) in prefix.enumerated() { buffer.initializeElement(at: place, to: byte) }
      let room = UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[prefix.count...])
      let written = bytes.withUnsafeBytes {
        ZSTD_compress(room.baseAddress, room.count, $0.baseAddress, $0.count, level)
      }
      // It is an error, too, that there is not enough room.
      isWhole = ZSTD_isError(written) == 0
      count = isWhole ? prefix.count + written : 0
    }
    return isWhole ? packed : nil
  }

  /// What one frame, and nothing but it, inflates to, if that is exactly `count` bytes; else why not.
  ///
  /// Not a byte is written beyond `count`, whatever the frame says of itself.
  static func inflated(_ frame: Bytes, to count: Int) -> Result<Bytes, Status> {
    func refused(_ why: String) -> Result<Bytes, Status> {
      .failure(Status(.invalidArgument, "a compressed message of \(frame.count) bytes \(why)"))
    }
    return frame.withUnsafeBytes { frame in
      let length = ZSTD_findFrameCompressedSize(frame.baseAddress, frame.count)
      guard ZSTD_isError(length) == 0 else { return refused("is damaged: \(name(of: length))") }
      guard length == frame.count else {
        return refused("has \(frame.count - length) bytes behind its end")
      }
      var written = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        written = ZSTD_decompress(
          UnsafeMutableRawPointer(buffer.baseAddress), count, frame.baseAddress, frame.count)
        filled = ZSTD_isError(written) == 0 ? written : 0
      }
      guard ZSTD_isError(written) == 0 else { return refused("is damaged: \(name(of: written))") }
      guard written == count else {
        return refused("inflates to \(written) bytes; it stated \(count)")
      }
      return .success(Bytes(bytes))
    }
  }

  private static func name(of code: Int) -> String {
    ZSTD_getErrorName(code).map { String(cString: $0) } ?? "error \(code)"
  }
}
