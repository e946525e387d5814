package import Codec

/// How a message is compressed; the numbers are the wire's.
package enum Encoding: UInt8, Sendable, CaseIterable {
  case zstd = 1
}

/// What is compressed, and what is taken of what others have compressed.
///
/// A compressed message is 5 bytes, its encoding and the length that it inflates to, and then what the
/// encoding makes of it. Compressing and inflating is done where frames are made and read, so it holds
/// up the connection's event loop: messages have a limit for it, of a few milliseconds' work.
package enum Compression {
  /// Bytes before what is compressed: the encoding, and the length as u32.
  package static let headerBytes = 5
  /// How many times its own length a compressed message may inflate to.
  ///
  /// What shrinks more is sent as it is.
  package static let ratioMax = 256
  /// Bytes of messages that are worth it.
  ///
  /// Larger ones would hold up other calls.
  package static let compressedBytes = 1 << 10...1 << 20

  /// The message as it is sent to a peer that takes zstd; `nil` if it is better sent as it is.
  package static func compressed(_ message: SegmentedBytes) -> Bytes? {
    guard compressedBytes.contains(message.count) else { return nil }
    let length = UInt32(message.count)
    let header = [Encoding.zstd.rawValue] + (0..<4).map { UInt8(length >> (24 - 8 * $0) & 0xFF) }
    // Less than a sixteenth is not worth the receiver's work.
    let bytesMax = message.count - message.count / 16
    guard let body = Zstd.compressed(message.joined(), prefix: header, bytesMax: bytesMax)
    else { return nil }
    let count = body.count - headerBytes
    return message.count <= count * ratioMax ? Bytes(body) : nil
  }

  /// The message that was compressed.
  ///
  /// - Throws: `INVALID_ARGUMENT` unless it is one whole frame that inflates to what was stated.
  static func inflated(_ body: Bytes, stated: Int) throws(Status) -> Bytes {
    try Zstd.inflated(body.dropFirst(headerBytes), to: stated).get()
  }
}
