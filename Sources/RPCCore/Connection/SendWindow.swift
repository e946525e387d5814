/// What we may still send.
package struct SendWindow: Hashable, Sendable {
  /// Below zero after a compressed message that costs more than there was, or the peer's settings
  /// took back what it never had to give.
  package private(set) var available: Int

  package init(_ available: Int) { self.available = available }

  /// Uses credit; `bytes` is at most what is available.
  package mutating func spend(_ bytes: Int) {
    precondition(bytes <= available, "\(bytes) bytes sent on \(available) bytes of credit")
    available -= bytes
  }

  /// Uses credit for a message that is sent whatever it costs, once there is some.
  package mutating func overdraw(_ bytes: Int) {
    precondition(available > 0, "\(bytes) bytes sent without credit")
    available -= bytes
  }

  /// Adds what a CREDIT frame, or the peer's settings, gave.
  package mutating func add(_ bytes: Int) throws(ConnectionFault) {
    guard available + bytes <= ReceiveWindow.creditBytesMax else {
      throw ConnectionFault(
        .flowControl,
        "\(available + bytes) bytes of credit; the limit is \(ReceiveWindow.creditBytesMax)")
    }
    available += bytes
  }
}
