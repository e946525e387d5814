import NIOCore

extension Transfer {
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
      if case .message(let message, let sent, _) = item { bytes += message.count - sent }
      rest.advance()
    }
    return bytes
  }
}
