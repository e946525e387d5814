package import Codec
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

// MARK: Frames of the connection itself

extension Transfer {
  /// Writes our preface and settings.
  package mutating func stageHello() {
    staged.writePreface(Preface())
    let settings = PeerSettings(limits, agent: Limits.agent)
    stage(.settings) { () throws(Status) in try settings.serialized() }
  }

  /// Writes why we take no more calls, or close.
  package mutating func stageGoAway(_ lastStream: StreamID, _ fault: ConnectionFault) {
    stage(.goAway) { () throws(Status) in
      try GoAway(lastStream: lastStream, fault).serialized()
    }
  }

  /// The payload of a call's END.
  ///
  /// Trailers that cannot be sent make a failed call of one that had not failed.
  package func serialized(_ ending: CallEnding) -> Bytes {
    do {
      return try ending.serialized(limits: limits, metadataBytesMax: peer.metadataBytesMax)
    } catch {
      let status = Status(.internal, "the trailers cannot be sent: \(error.message)")
      do {
        return try CallEnding(ending.failure ?? status).serialized(
          limits: limits, metadataBytesMax: peer.metadataBytesMax)
      } catch {
        preconditionFailure("a status without trailers cannot be sent: \(error)")
      }
    }
  }

  private mutating func stage(_ type: FrameType, _ payload: () throws(Status) -> Bytes) {
    do {
      let payload = try payload()
      stage(FrameHeader(type, length: payload.count), payload)
    } catch {
      preconditionFailure("a \(type) frame of our own cannot be written: \(error)")
    }
  }
}

extension Limits {
  /// What this software calls itself in its settings.
  static let agent = "diyml"
}

extension Transfer {
  /// A message that has begun to arrive and is not whole.
  package struct Partial: Hashable, Sendable {
    /// What it will have.
    package let bytes: Int
    /// Whether its sender needs more credit from us to finish it.
    package let isHeldUp: Bool
    /// How often the sender was given credit.
    package let grants: Int
  }

  /// The message that is arriving on a stream; `nil` between messages.
  package func partial(_ stream: StreamID) -> Partial? {
    guard let known = streams[stream], let partial = known.assembler.partial else { return nil }
    return Partial(
      bytes: partial.bytes, isHeldUp: known.received.available < partial.missing,
      grants: known.received.grants)
  }

  /// The windows of the connection, and the frames that are ready.
  package var flow: ServerSnapshot.Flow {
    ServerSnapshot.Flow(
      sendWindowBytes: connectionCredit.available,
      receiveWindowBytes: connectionReceived.available, queuedBytes: staged.readableBytes)
  }

  /// The windows of a stream, and what waits of its messages; `nil` for one that is not open.
  package func flow(of stream: StreamID) -> ServerSnapshot.Flow? {
    streams[stream].map { known in
      ServerSnapshot.Flow(
        sendWindowBytes: known.credit.available, receiveWindowBytes: known.received.available,
        queuedBytes: known.outbound.messageBytes)
    }
  }
}

extension OutboundQueue {
  /// Bytes of messages that are not on their way.
  fileprivate var messageBytes: Int {
    var rest = self
    var bytes = 0
    while let item = rest.first {
      switch item {
      case .message(let message, let sent, _): bytes += message.count - sent
      case .compressed(let body, _, let sent, _): bytes += body.count - sent
      case .frame, .finish: break
      }
      rest.advance()
    }
    return bytes
  }
}
