package import Codec
package import NIOCore

/// Puts the chunks of one stream's messages together.
///
/// The first chunk states the total, which is judged before anything is kept; the buffer then grows
/// with the bytes that arrive, never with what was promised.
package struct MessageAssembler {
  /// What a chunk led to.
  package enum Outcome: Equatable {
    /// A chunked message of `bytes` has begun.
    case began(bytes: Int)
    /// More of it has arrived.
    case more
    /// A message is whole.
    case message(Bytes)
    /// The message is larger than the limit; the stream's input is of no use any more.
    case tooLarge(bytes: Int)
  }

  private enum Phase {
    case idle
    case partial(total: Int, bytes: [UInt8])
  }

  private var phase = Phase.idle

  package init() {}

  /// Whether a message has begun and is not whole.
  package var isPartial: Bool {
    switch phase {
    case .idle: false
    case .partial: true
    }
  }

  /// Takes the chunk in a DATA frame.
  package mutating func append(
    _ flags: FrameFlags, _ payload: ByteBuffer, messageBytesMax: Int
  ) throws(ConnectionFault) -> Outcome {
    switch phase {
    case .idle where flags.contains([.first, .last]):
      guard payload.readableBytes <= messageBytesMax else {
        return .tooLarge(bytes: payload.readableBytes)
      }
      return .message(Bytes(copied(payload)))
    case .idle:
      return try begin(flags, payload, messageBytesMax: messageBytesMax)
    case .partial(let total, var bytes):
      phase = .idle  // gives up our reference, so that appending does not copy
      payload.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
      try judge(flags, payload, have: bytes.count, total: total)
      if flags.contains(.last) { return .message(Bytes(bytes)) }
      phase = .partial(total: total, bytes: bytes)
      return .more
    }
  }

  private mutating func begin(
    _ flags: FrameFlags, _ payload: ByteBuffer, messageBytesMax: Int
  ) throws(ConnectionFault) -> Outcome {
    guard flags.contains(.first) else {
      throw .protocolError("a chunk of a message that has not begun")
    }
    var payload = payload
    guard let total = payload.readInteger(as: UInt32.self).map(Int.init) else {
      throw .protocolError(
        "\(payload.readableBytes) bytes in the first chunk of a message; its total takes 4")
    }
    guard payload.readableBytes > 0, payload.readableBytes < total, !flags.contains(.finish) else {
      throw .protocolError(
        "\(payload.readableBytes) bytes in the first of several chunks of a message of \(total)")
    }
    guard total <= messageBytesMax else { return .tooLarge(bytes: total) }
    phase = .partial(total: total, bytes: copied(payload))
    return .began(bytes: total)
  }

  private func judge(
    _ flags: FrameFlags, _ payload: ByteBuffer, have: Int, total: Int
  ) throws(ConnectionFault) {
    guard !flags.contains(.first) else {
      throw .protocolError("a message begins before the one before it is whole")
    }
    guard payload.readableBytes > 0 else {
      throw .protocolError("0 bytes in a chunk of a message")
    }
    guard flags.contains(.last) ? have == total : have < total else {
      throw .protocolError("\(have) bytes in the chunks of a message that stated \(total)")
    }
    guard flags.contains(.last) || !flags.contains(.finish) else {
      throw .protocolError("the stream finishes within a message")
    }
  }

  private func copied(_ payload: ByteBuffer) -> [UInt8] {
    payload.withUnsafeReadableBytes { Array($0) }
  }
}
