package import Codec

/// Why a connection takes no new calls: the payload of a GOAWAY frame.
package struct GoAway: Hashable, Sendable {
  /// Bytes of the message, at most; the rest is cut off.
  static let messageBytesMax = 1_024

  /// Calls above this one were not and will not be processed.
  package var lastStream: StreamID
  package var fault: ConnectionFault

  package init(lastStream: StreamID, _ fault: ConnectionFault) {
    self.lastStream = lastStream
    self.fault = fault
  }

  package func serialized() throws(Status) -> Bytes {
    try encode(
      WireGoAway(
        lastStream: lastStream.rawValue,
        reason: WireGoAwayReason(rawValue: fault.reason.rawValue),
        message: fault.message.cut(toBytes: Self.messageBytesMax)))
  }

  package init(serialized: Bytes) throws(ConnectionFault) {
    do {
      let wire = try WireGoAway(serialized: serialized)
      self.init(
        lastStream: StreamID(wire.lastStream),
        ConnectionFault(
          ConnectionFault.Reason(rawValue: wire.reason.rawValue) ?? .unspecified,
          wire.message.cut(toBytes: Self.messageBytesMax)))
    } catch {
      throw .protocolError("malformed GOAWAY: \(error)")
    }
  }
}
