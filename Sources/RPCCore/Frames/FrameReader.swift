package import NIOCore

/// One frame as it was received.
package struct Frame: Hashable, Sendable {
  package var header: FrameHeader
  package var payload: ByteBuffer

  package init(header: FrameHeader, payload: ByteBuffer) {
    self.header = header
    self.payload = payload
  }
}

/// Cuts received bytes into frames, wherever the network happened to cut them.
///
/// A long DATA frame with a chunk of a message comes out in pieces, as it arrives: each is a frame such
/// as the sender might have sent. So large messages are not gathered twice.
package struct FrameReader {
  /// Payload bytes of a frame, at most.
  private let payloadBytesMax: Int
  /// Bytes that have arrived and were not read yet.
  private var buffer = ByteBuffer()
  /// Those that came after them: of these only what a begun frame lacks is copied.
  private var later = ByteBuffer()
  /// A header whose payload has not arrived yet, or what is left of both.
  private var header: FrameHeader?

  /// Bytes of a frame's beginning that are worth handing on before the rest is here.
  static let pieceBytesMin = 4 << 10

  package init(payloadBytesMax: Int) { self.payloadBytesMax = payloadBytesMax }

  /// Whether a frame has begun that is not whole.
  package var isWithinFrame: Bool {
    header != nil || buffer.readableBytes > 0 || later.readableBytes > 0
  }

  /// Adds what the network brought.
  package mutating func append(_ bytes: ByteBuffer) {
    if later.readableBytes == 0 {
      later = bytes
    } else {
      later.writeImmutableBuffer(bytes)
    }
  }

  /// The next whole frame, or `nil` until more bytes arrive.
  package mutating func next() throws(ConnectionFault) -> Frame? {
    if header == nil {
      gather(FrameHeader.bytes)
      guard let read = try buffer.readFrameHeader() else {
        // An idle connection keeps no memory of what it has received.
        if buffer.readableBytes == 0 { buffer = ByteBuffer() }
        return nil
      }
      try read.validate(payloadBytesMax: payloadBytesMax)
      header = read
    }
    guard let header else { return nil }
    gather(header.length)
    guard let payload = buffer.readSlice(length: header.length) else { return piece(of: header) }
    self.header = nil
    return Frame(header: header, payload: payload)
  }

  /// Brings so many bytes together, if they are there.
  private mutating func gather(_ count: Int) {
    guard buffer.readableBytes < count, later.readableBytes > 0 else { return }
    if buffer.readableBytes == 0 {
      buffer = later
      later = ByteBuffer()
      return
    }
    let missing = min(count - buffer.readableBytes, later.readableBytes)
    guard let part = later.readSlice(length: missing) else { return }
    if later.readableBytes == 0 { later = ByteBuffer() }
    // What lies before them belongs to frames that were handed on.
    buffer.discardReadBytes()
    buffer.writeImmutableBuffer(part)
  }

  /// What has arrived of a frame, if that is much and the frame may be cut.
  private mutating func piece(of whole: FrameHeader) -> Frame? {
    let isMessage = whole.flags.contains([.first, .last])
    guard whole.type == .data, !isMessage, buffer.readableBytes >= Self.pieceBytesMin else {
      return nil
    }
    var piece = whole
    piece.length = buffer.readableBytes
    piece.flags.subtract([.last, .finish])
    guard let payload = buffer.readSlice(length: piece.length) else { return nil }
    header?.length -= piece.length
    header?.flags.subtract(.first)
    return Frame(header: piece, payload: payload)
  }

  /// The preface before the first frame, or `nil` until it has arrived.
  package mutating func preface() throws(ConnectionFault) -> Preface? {
    gather(Preface.bytes)
    return try buffer.readPreface()
  }
}
