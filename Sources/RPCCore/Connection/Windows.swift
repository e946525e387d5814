/// What a sender may still send to us, and what of it we have yet to give back.
///
/// A message costs its payload bytes and 32 more, so that empty ones cost something, too.
package struct ReceiveWindow: Hashable, Sendable {
  /// Credit that a message costs beyond its payload.
  package static let messageOverheadBytes = 32
  /// Credit that one direction may hold, at most: what a CREDIT past it means is a fault.
  package static let creditBytesMax = 1 << 30

  /// What the sender began with, and what it was given on top.
  package private(set) var size: Int
  /// What the sender may still send; it knows about this much.
  ///
  /// Below zero after a compressed message that costs more than there was.
  package private(set) var available: Int
  /// How often the sender was given credit.
  package private(set) var grants = 0
  /// What was consumed and not yet given back.
  private var owed = 0

  package init(size: Int) {
    self.size = size
    available = size
  }

  /// Records DATA; `false` if the sender had no credit for it.
  package mutating func received(_ bytes: Int) -> Bool {
    guard bytes <= available else { return false }
    available -= bytes
    return true
  }

  /// Records a frame of a compressed message; `false` if the sender had no credit at all.
  package mutating func received(overdrawing bytes: Int) -> Bool {
    guard bytes == 0 || available > 0 else { return false }
    available -= bytes
    return true
  }

  /// Records bytes that were consumed, whose credit is owed to the sender.
  package mutating func consumed(_ bytes: Int) { owed += bytes }

  /// Gives credit at once, for a message that was promised its room.
  package mutating func extend(by bytes: Int) {
    available += bytes
    grants &+= 1
  }

  /// Widens the window by credit that is given at once and never taken back.
  package mutating func grow(by bytes: Int) {
    size += bytes
    available += bytes
  }

  /// The credit to give back now: nothing before a quarter of the window has come together.
  package mutating func takeGrant() -> Int? {
    guard owed >= size / 4 else { return nil }
    defer { owed = 0 }
    available += owed
    grants &+= 1
    return owed
  }
}

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
