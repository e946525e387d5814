import Codec
import NIOCore

// Compressed messages in both directions. What they cost is what they inflate to, paid with the first
// frame, so that a small message which grows holds no more memory than a large one.

extension Transfer {
  /// From now on the stream's messages are compressed, where the peer takes that and it saves bytes.
  package mutating func compressOutput(of stream: StreamID) {
    guard let index = streams.index(forKey: stream) else { return }
    streams[at: index].compressesOutput = true
  }

  /// What is sent for an item of a stream that compresses.
  func compressed(_ item: OutboundQueue.Item) -> OutboundQueue.Item {
    guard case .message(let message, 0, let isLast) = item, peer.takesZstd,
      let body = Compression.compressed(message)
    else { return item }
    return .compressed(body, inflatedBytes: message.count, sent: 0, isLast: isLast)
  }

  // MARK: Receiving

  /// What a frame of a compressed message costs; the receiver's limit bounds what it must give back.
  func cost(ofCompressed frame: Frame) throws(ConnectionFault) -> Int {
    guard frame.header.flags.contains(.first) else { return 0 }
    let stated = try CompressedHeader(frame).inflatedBytes
    return ReceiveWindow.messageOverheadBytes + min(stated, limits.messageBytesMax)
  }

  /// Judges a frame of a stream whose message is compressed, or was until here.
  ///
  /// - Returns: why the call cannot go on.
  mutating func checkCompressed(
    _ frame: Frame, at index: Int
  ) throws(ConnectionFault) -> Status? {
    let isCompressed = frame.header.flags.contains(.compressed)
    guard frame.header.flags.contains(.first) else {
      guard isCompressed == streams[at: index].isCompressed else {
        throw .protocolError("some chunks of a message are compressed, and some not")
      }
      return nil
    }
    streams[at: index].isCompressed = isCompressed
    guard isCompressed else { return nil }
    let header = try CompressedHeader(frame)
    streams[at: index].inflatedBytes = header.inflatedBytes
    return header.refusal(
      takesCompressed: limits.takesCompressed, messageBytesMax: streams[at: index].messageBytesMax)
  }

  // MARK: Sending

  /// Sends the next piece of a compressed message; the first one takes all of its credit, and more
  /// than there is if need be.
  mutating func sendCompressed(
    _ body: Bytes, inflatedBytes: Int, from offset: Int, isLast: Bool, on stream: StreamID,
    at index: Int, sent: inout [Sent]
  ) {
    if offset == 0 {
      let cost = inflatedBytes + ReceiveWindow.messageOverheadBytes
      streams[at: index].credit.overdraw(cost)
      connectionCredit.overdraw(cost)
      sent.append(Sent(stream: stream, bytes: cost))
    }
    let left = body.count - offset
    let statesTotal = offset == 0 && left > chunkBytesMax
    let count = statesTotal ? chunkBytesMax - 4 : min(left, chunkBytesMax)
    let chunk = Chunk(
      range: offset..<offset + count, statesTotal: statesTotal, isLast: count == left, cost: 0)
    write(
      SegmentedBytes(body), from: offset, chunk, flags: .compressed, isLast: isLast, on: stream)
    let rest = OutboundQueue.Item.compressed(
      body, inflatedBytes: inflatedBytes, sent: offset + count, isLast: isLast)
    streams[at: index].outbound.advance(to: chunk.isLast ? nil : rest)
  }
}
