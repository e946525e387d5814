import Codec
import NIOCore
import RPCCore
import Testing

struct ClientConnectionTests {
  typealias Event = ClientConnection.Event
  private let one = StreamID(1)
  private let two = StreamID(2)

  /// A connection that has heard and said hello.
  private func ready(
    _ settings: WireSettings = WireSettings(), _ limits: Limits = Limits()
  ) throws -> (ClientConnection, Peer) {
    var connection = ClientConnection(limits: limits)
    #expect(try connection.frames(afterPreface: true).map(\.header.type) == [.settings])
    var peer = try Peer(settings: settings)
    #expect(try connection.receive(peer.take()) == [.ready])
    return (connection, peer)
  }

  @Test
  func `a call waits for the server's hello, and is unsent until then`() throws {
    var connection = ClientConnection(limits: Limits())
    connection.open(one, [])
    try connection.send([1], isLast: true, on: one)
    #expect(try connection.frames(afterPreface: true).map(\.header.type) == [.settings])
    #expect(connection.isUnsent(one))
    var peer = try Peer()
    #expect(try connection.receive(peer.take()) == [.ready])
    let frames = try connection.frames()
    #expect(frames.map(\.header.type) == [.open, .data])
    #expect(frames.last?.header.flags == [.first, .last, .finish])
    #expect(!connection.isUnsent(one))
  }

  @Test
  func `a response and its end come through`() throws {
    var (connection, peer) = try ready()
    connection.open(one, [])
    peer.add(.head, stream: 1, payload: try WireHead().serialized())
    peer.data(1, [5], [.first, .last])
    peer.add(.end, stream: 1)
    #expect(
      try connection.receive(peer.take()) == [
        .head(one, Metadata()), .message(one, [5]), .ended(one, CallEnding()),
      ])
    #expect(connection.callCount == 0)
  }

  /// What a server may not send; call 1 is open and has been answered.
  @Test(
    arguments: [
      (FrameType.settings, UInt32(0), FrameFlags()), (.open, 1, []), (.cancel, 1, []),
      (.head, 1, []),
      (.head, 2, []), (.end, 2, []), (.data, 2, [.first, .last]), (.data, 1, .finish),
      (.credit, 2, []),
    ] as [(FrameType, UInt32, FrameFlags)])
  func `a frame out of order is a fault`(
    type: FrameType, stream: UInt32, flags: FrameFlags
  ) throws {
    var (connection, peer) = try ready()
    connection.open(one, [])
    peer.data(1, [5], [.first, .last])
    let payload: Bytes = type == .credit ? [0, 0, 0, 1] : []
    peer.add(type, flags: flags, stream: stream, payload: payload)
    let fault = #expect(throws: ConnectionFault.self) { try connection.receive(peer.take()) }
    #expect(fault?.reason == .protocolError)
  }

  @Test
  func `a cancelled call keeps its slot until its END`() throws {
    var (connection, peer) = try ready(WireSettings(streamsMax: 1))
    connection.open(one, [])
    #expect(try connection.frames().map(\.header.type) == [.open])
    connection.open(two, [])
    connection.cancel(one)
    connection.cancel(one)
    #expect(try connection.frames().map(\.header.type) == [.cancel])
    peer.data(1, [5], [.first, .last])
    peer.add(.head, stream: 1)
    peer.add(.end, stream: 1)
    #expect(try connection.receive(peer.take()).isEmpty)
    let frames = try connection.frames()
    #expect(frames.map(\.header.stream) == [two])
  }

  @Test
  func `a call that never left needs no CANCEL`() throws {
    var (connection, _) = try ready(WireSettings(streamsMax: 1))
    connection.open(one, [])
    connection.open(two, [])
    _ = try connection.frames()
    #expect(connection.isUnsent(two))
    connection.cancel(two)
    #expect(try connection.frames().isEmpty)
    #expect(connection.callCount == 1)
  }

  @Test
  func `GOAWAY names the calls that were not processed`() throws {
    var (connection, peer) = try ready(WireSettings(streamsMax: 3))
    for stream in 1...4 as ClosedRange<UInt32> { connection.open(StreamID(stream), []) }
    _ = try connection.frames()
    let goAway = GoAway(lastStream: two, ConnectionFault(.draining, "bye"))
    peer.add(.goAway, payload: try goAway.serialized())
    peer.add(.end, stream: 1)
    #expect(
      try connection.receive(peer.take()) == [
        .goingAway(goAway, unsent: [StreamID(4)], unprocessed: [StreamID(3)]),
        .ended(one, CallEnding()),
      ])
    #expect(connection.isGoingAway)
    #expect(connection.callCount == 1)
  }

  @Test
  func `a call that was not sent when a GOAWAY arrives is not sent behind the answer to its PING`()
    throws
  {
    var (connection, peer) = try ready(WireSettings(streamsMax: 3))
    connection.open(one, [])
    _ = try connection.frames()
    connection.open(two, [])
    let goAway = GoAway(lastStream: .max, ConnectionFault(.draining, "bye"))
    peer.add(.goAway, payload: try goAway.serialized())
    peer.add(.ping, payload: Bytes(Array("draining".utf8)))
    #expect(
      try connection.receive(peer.take()) == [.goingAway(goAway, unsent: [two], unprocessed: [])])
    #expect(try connection.frames().map(\.header.type) == [.ping])
    #expect(connection.callCount == 1)
  }

  @Test
  func `a response past the limit cancels its call only`() throws {
    var limits = Limits()
    limits.messageBytesMax = 10
    var (connection, peer) = try ready(WireSettings(), limits)
    connection.open(one, [])
    _ = try connection.frames()
    peer.data(1, Bytes([UInt8](repeating: 0, count: 11)), [.first, .last])
    let events = try connection.receive(peer.take())
    guard case .failed(one, let status) = events.first else {
      Issue.record("\(events)")
      return
    }
    #expect(status.code == .resourceExhausted)
    #expect(try connection.frames().last?.header.type == .cancel)
  }

  @Test
  func `a request past the server's limit is not sent`() throws {
    var (connection, _) = try ready(WireSettings(messageBytesMax: 10))
    connection.open(one, [])
    try connection.send(Bytes([UInt8](repeating: 0, count: 10)), isLast: false, on: one)
    let status = #expect(throws: Status.self) {
      try connection.send(Bytes([UInt8](repeating: 0, count: 11)), isLast: false, on: one)
    }
    #expect(status?.details == [.limitExceeded(name: "message bytes", value: 11, limit: 10)])
  }

  @Test
  func `an END within a message is a failed call`() throws {
    var (connection, peer) = try ready()
    connection.open(one, [])
    peer.data(1, [0, 0, 0, 9, 1], .first)
    peer.add(.end, stream: 1)
    guard case .ended(one, let ending) = try connection.receive(peer.take()).first else {
      Issue.record("no end")
      return
    }
    #expect(ending.failure?.code == .internal)
  }
}
