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
package struct FrameReader {
  /// Payload bytes of a frame, at most.
  private let payloadBytesMax: Int
  /// Bytes that have arrived and were not read yet: less than one frame after each `next()`.
  private(set) var buffer = ByteBuffer()
  /// A header whose payload has not arrived yet.
  private var header: FrameHeader?

  package init(payloadBytesMax: Int) { self.payloadBytesMax = payloadBytesMax }

  /// Adds what the network brought.
  package mutating func append(_ bytes: ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = bytes
    } else {
      var bytes = bytes
      buffer.discardReadBytes()
      buffer.writeBuffer(&bytes)
    }
  }

  /// The next whole frame, or `nil` until more bytes arrive.
  package mutating func next() throws(ConnectionFault) -> Frame? {
    if header == nil {
      guard let read = try buffer.readFrameHeader() else { return nil }
      try read.validate(payloadBytesMax: payloadBytesMax)
      header = read
    }
    guard let header, let payload = buffer.readSlice(length: header.length) else { return nil }
    self.header = nil
    return Frame(header: header, payload: payload)
  }

  /// The preface before the first frame, or `nil` until it has arrived.
  package mutating func preface() throws(ConnectionFault) -> Preface? {
    try buffer.readPreface()
  }
}
