package import Codec

/// Why a connection must be closed: what the GOAWAY says that goes out before.
///
/// Thrown by the frame layer only. What is wrong with a single call ends that call by a ``Status``.
package struct ConnectionFault: Error, Hashable, Sendable {
  /// The reasons of `GoAwayReason` in wire.proto, with their numbers.
  package enum Reason: Int32, Sendable, CaseIterable {
    case unspecified = 0
    case draining = 1
    case protocolError = 2
    case flowControl = 3
    case tooMuch = 4
    case timeout = 5
    case version = 6
    case tooManyConnections = 7
  }

  package let reason: Reason
  /// Names the thing, the value and the limit.
  package let message: String

  package init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  /// A frame, or an order of frames, that the protocol does not allow.
  static func protocolError(_ message: String) -> ConnectionFault {
    ConnectionFault(.protocolError, message)
  }
}

extension ConnectionFault: CustomStringConvertible {
  package var description: String { "\(reason): \(message)" }
}

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
