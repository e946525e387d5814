import NIOCore
import RPCCore
import Testing

/// PINGs of a client without a call; the clock is turned by hand.
struct PingStrikesTests {
  private let start = ContinuousClock.now

  private var limits: Limits {
    var limits = Limits()
    limits.pingIntervalMin = .seconds(10)
    limits.pingStrikesMax = 2
    return limits
  }

  private func ready() throws -> (ServerConnection, Peer) {
    var connection = ServerConnection(limits: limits)
    var peer = try Peer()
    _ = try connection.receive(peer.take(), at: start)
    return (connection, peer)
  }

  @Test
  func `PINGs as often as allowed are no strikes, a little sooner they are`() throws {
    for (interval, strikes) in [(Duration.seconds(10), false), (.milliseconds(9_999), true)] {
      var (connection, peer) = try ready()
      var fault: ConnectionFault?
      for number in 0..<10 where fault == nil {
        peer.ping(1)
        do {
          _ = try connection.receive(peer.take(), at: start + interval * number)
        } catch {
          fault = error
          #expect(number == 3, "the first is free, then two strikes are let pass")
        }
      }
      #expect((fault?.reason == .tooMuch) == strikes)
      #expect((fault?.message.contains("3 PINGs") == true) == strikes)
    }
  }

  @Test
  func `PINGs beside an open call are no strikes`() throws {
    var (connection, peer) = try ready()
    try peer.open(1)
    for _ in 0..<10 { peer.ping(1) }
    #expect(try connection.receive(peer.take(), at: start).count == 1)
  }

  @Test
  func `a call makes up for the strikes before it`() throws {
    var (connection, peer) = try ready()
    for stream in 1...5 as ClosedRange<UInt32> {
      for _ in 0..<3 { peer.ping(1) }
      try peer.open(stream)
      #expect(try connection.receive(peer.take(), at: start).count == 1)
      connection.end(StreamID(stream), CallEnding())
      connection.returned(StreamID(stream))
      _ = try connection.frames(afterPreface: stream == 1)
    }
    for _ in 0..<3 { peer.ping(1) }
    _ = try connection.receive(peer.take(), at: start)
    peer.ping(1)
    #expect(throws: ConnectionFault.self) { try connection.receive(peer.take(), at: start) }
  }
}
