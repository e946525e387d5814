import Codec
import NIOCore

extension Transfer {
  /// A message that has begun to arrive and is not whole.
  package struct Partial: Hashable, Sendable {
    /// What it will have.
    package let bytes: Int
    /// Whether its sender needs more credit from us to finish it.
    package let isHeldUp: Bool
    /// How often the sender was given credit.
    package let grants: Int

    package init(bytes: Int, isHeldUp: Bool, grants: Int) {
      self.bytes = bytes
      self.isHeldUp = isHeldUp
      self.grants = grants
    }
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
