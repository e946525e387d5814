import NIOCore

extension Transfer {
  /// How many DATA frames went out since this was last asked.
  package mutating func takeSentDataFrames() -> Int {
    defer { sentDataFrames = 0 }
    return sentDataFrames
  }

  /// The streams whose END went out since this was last asked.
  package mutating func takeEndedStreams() -> [StreamID] {
    defer { endedStreams.removeAll(keepingCapacity: true) }
    return endedStreams
  }

  /// Whether a message of the stream has begun to arrive and is not whole.
  package func isWithinMessage(_ stream: StreamID) -> Bool {
    streams[stream]?.assembler.isPartial ?? false
  }

  /// Whether the stream's OPEN was not staged.
  package func holdsOpen(_ stream: StreamID) -> Bool {
    streams[stream]?.outbound.holdsOpen ?? false
  }

  /// Takes a CREDIT frame.
  package mutating func received(creditFrame frame: Frame) throws(ConnectionFault) {
    let credit = frame.payload.getInteger(at: frame.payload.readerIndex, as: UInt32.self) ?? 0
    guard credit > 0 else { throw .protocolError("0 bytes in a CREDIT frame") }
    try received(credit: Int(credit), for: frame.header.stream)
  }
}

extension Limits {
  /// What this software calls itself in its settings.
  static let agent = "diyml"
}
