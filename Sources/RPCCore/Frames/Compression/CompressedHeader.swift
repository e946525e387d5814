import NIOCore

/// What the first frame of a compressed message says.
struct CompressedHeader {
  let encoding: UInt8
  /// What the message inflates to.
  let inflatedBytes: Int
  /// Without the header.
  let compressedBytes: Int

  /// - Throws: if the frame is too short for it.
  init(_ frame: Frame) throws(ConnectionFault) {
    var payload = frame.payload
    let total =
      frame.header.flags.contains(.last)
      ? payload.readableBytes : payload.readInteger(as: UInt32.self).map(Int.init) ?? 0
    guard let (encoding, inflated) = payload.readMultipleIntegers(as: (UInt8, UInt32).self) else {
      throw .protocolError(
        "\(payload.readableBytes) bytes in the first chunk of a compressed message; its header takes"
          + " \(Compression.headerBytes)")
    }
    self.encoding = encoding
    inflatedBytes = Int(inflated)
    compressedBytes = total - Compression.headerBytes
  }

  /// Why the call cannot go on with such a message; judged before its bytes are kept.
  func refusal(takesCompressed: Bool, messageBytesMax: Int) -> Status? {
    guard takesCompressed else {
      return Status(.unimplemented, "a message is compressed; our settings name no encoding")
    }
    guard Encoding(rawValue: encoding) != nil else {
      return Status(
        .unimplemented, "a message is compressed by encoding \(encoding); known is 1 (zstd)")
    }
    guard inflatedBytes <= messageBytesMax else {
      return .past("message bytes", value: inflatedBytes, limit: messageBytesMax)
    }
    guard compressedBytes < inflatedBytes else {
      return Status(
        .invalidArgument,
        "a message of \(inflatedBytes) bytes takes \(compressedBytes) compressed; less is needed")
    }
    guard inflatedBytes <= compressedBytes * Compression.ratioMax else {
      return .past(
        "times its length in a compressed message", value: inflatedBytes / max(compressedBytes, 1),
        limit: Compression.ratioMax)
    }
    return nil
  }
}
