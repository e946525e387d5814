package import NIOCore

/// What carries a session's bytes: a socket's channel, or the loopback.
///
/// Used on its event loop only.
package protocol Transport: AnyObject {
  /// Whether more bytes would be taken now without piling up.
  var isWritable: Bool { get }
  /// Takes bytes, to be sent at once.
  func write(_ bytes: ByteBuffer)
  /// Sends what was taken, then closes; the session hears of it by `disconnected`.
  func close()
}

extension Transport {
  /// Writes what `next` gives while it is taken; whether this turn is over and there may be more.
  package func writeTurn(_ next: () -> ByteBuffer?) -> Bool {
    for _ in 0..<Transfer.writesPerTurnMax {
      guard isWritable, let output = next() else { return false }
      write(output)
    }
    return true
  }
}

/// One end of a connection: the logic without IO, joined to a transport and to the calls' tasks.
///
/// Its functions are called on its event loop only.
package protocol Session: AnyObject, Sendable {
  func connected(to transport: any Transport)
  func received(_ bytes: ByteBuffer)
  /// No more bytes are waiting to be received now: the time to send.
  func receivedAll()
  func becameWritable()
  /// The transport is gone; nothing follows.
  func disconnected(_ error: (any Error)?)
}
