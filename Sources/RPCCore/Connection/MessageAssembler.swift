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

  /// What the message that has begun will have; 0 while none has.
  ///
  /// Not a payload of an enum's case together with the bytes: taking those out to append to them
  /// would copy them for each chunk.
  private var total = 0
  private var bytes: [UInt8] = []

  /// A message of which so much has arrived gets room for so much at once.
  private static let usualBytesMin = 16 << 10
  /// Up to this size a message is given its room at once.
  private static let usualBytesMax = 4 << 20

  package init() {}

  /// Whether a message has begun and is not whole.
  package var isPartial: Bool { total > 0 }

  /// What the message that has begun will have, and what it lacks.
  package var partial: (bytes: Int, missing: Int)? {
    isPartial ? (total, total - bytes.count) : nil
  }

  /// Takes the chunk in a DATA frame.
  package mutating func append(
    _ flags: FrameFlags, _ payload: ByteBuffer, messageBytesMax: Int
  ) throws(ConnectionFault) -> Outcome {
    if isPartial { return try goOn(flags, payload) }
    guard flags.contains([.first, .last]) else {
      return try begin(flags, payload, messageBytesMax: messageBytesMax)
    }
    guard payload.readableBytes <= messageBytesMax else {
      return .tooLarge(bytes: payload.readableBytes)
    }
    return .message(Bytes(copied(payload)))
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
    self.total = total
    bytes = copied(payload)
    return .began(bytes: total)
  }

  private mutating func goOn(
    _ flags: FrameFlags, _ payload: ByteBuffer
  ) throws(ConnectionFault) -> Outcome {
    try check(flags, payload, have: bytes.count + payload.readableBytes)
    let needed = bytes.count + payload.readableBytes
    if bytes.capacity < needed { bytes.reserveCapacity(min(total, growth(to: needed))) }
    payload.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
    guard flags.contains(.last) else { return .more }
    total = 0
    defer { bytes = [] }
    return .message(Bytes(bytes))
  }

  /// Memory that is not touched costs nothing, so there is room for a message of usual size at once,
  /// and beyond that in proportion to what has arrived.
  private func growth(to needed: Int) -> Int {
    needed < Self.usualBytesMin ? 4 * needed : max(4 * needed, Self.usualBytesMax)
  }

  private func check(
    _ flags: FrameFlags, _ payload: ByteBuffer, have: Int
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
