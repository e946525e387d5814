import Codec
import NIOCore
import RPCCore
import Testing

/// Calls that a client sent before it read that they are too late.
struct LateCallTests {
  @Test
  func `calls beyond the last one that a drain named are dropped with all their frames`() throws {
    var connection = ServerConnection(limits: Limits())
    var peer = try Peer()
    try peer.open(1)
    _ = try connection.receive(peer.take())
    connection.beginDrain()
    _ = try connection.frames(afterPreface: true)
    peer.ping(Drain.pingContent, isAnswer: true)
    try peer.open(3)
    peer.data(3, [1], [.first, .last, .finish])
    peer.credit(3, 10)
    peer.add(.cancel, stream: 3)
    #expect(try connection.receive(peer.take()).isEmpty)

    let goAway = try #require(try connection.frames().first { $0.header.type == .goAway })
    #expect(try GoAway(serialized: goAway.bytes).lastStream == StreamID(1))
    peer.data(1, [1], [.first, .last, .finish])
    #expect(
      try connection.receive(peer.take()) == [.message(StreamID(1), [1], isLast: true)])
  }
}
