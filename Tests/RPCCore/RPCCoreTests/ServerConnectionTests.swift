import Codec
import NIOCore
import RPCCore
import Testing

struct ServerConnectionTests {
  typealias Event = ServerConnection.Event
  private let one = StreamID(1)

  /// A connection that has heard and said hello.
  private func ready(
    _ limits: Limits = Limits(), _ settings: WireSettings = WireSettings()
  ) throws -> (ServerConnection, Peer) {
    var connection = ServerConnection(limits: limits)
    var peer = try Peer(settings: settings)
    #expect(try connection.receive(peer.take()).isEmpty)
    let frames = try connection.frames(afterPreface: true)
    #expect(frames.map(\.header.type) == [.settings])
    return (connection, peer)
  }

  @Test
  func `a unary call is opened, answered and forgotten`() throws {
    var (connection, peer) = try ready()
    try peer.open(1)
    peer.data(1, [7], [.first, .last, .finish])
    let events = try connection.receive(peer.take())
    #expect(events == [.opened(one, CallRequest(path: "a/b")), .message(one, [7], isLast: true)])
    try connection.send([8], on: one)
    connection.end(one, CallEnding())
    connection.returned(one)
    let frames = try connection.frames()
    #expect(frames.map(\.header.type) == [.data, .end])
    #expect(frames.map(\.header.length) == [1, 0])
    #expect(connection.callCount == 0)
  }

  /// The example of Docs/WireFormat.md, section 9.
  @Test
  func `the documented call is understood and answered byte by byte`() throws {
    var connection = ServerConnection(limits: Limits())
    let call: [UInt8] = [
      0xD1, 0x59, 0x4D, 0x4C, 1, 0,  // preface
      0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,  // SETTINGS
      0, 0, 7, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0x0A, 5, 0x61, 0x2E, 0x42, 0x2F, 0x43,  // OPEN
      0, 0, 2, 3, 7, 0, 0, 0, 0, 0, 0, 1, 8, 7,  // DATA
    ]
    #expect(
      try connection.receive(ByteBuffer(bytes: call)) == [
        .opened(one, CallRequest(path: "a.B/C")), .message(one, [8, 7], isLast: true),
      ])
    _ = try connection.frames(afterPreface: true)
    try connection.send([8, 8], on: one)
    connection.end(one, CallEnding())
    connection.returned(one)
    var sent: [Transfer.Sent] = []
    let answer = connection.takeOutput(sent: &sent) ?? ByteBuffer()
    #expect(
      Array(answer.readableBytesView) == [
        0, 0, 2, 3, 3, 0, 0, 0, 0, 0, 0, 1, 8, 8,  // DATA
        0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1,  // END
      ])
  }

  /// What may not come at all, after hello and one open call.
  @Test(arguments: [
    (FrameType.settings, UInt32(0)), (.head, 1), (.end, 1), (.open, 1), (.data, 2), (.cancel, 2),
    (.credit, 2),
  ])
  func `a frame out of order is a fault`(type: FrameType, stream: UInt32) throws {
    var (connection, peer) = try ready()
    try peer.open(1)
    let payload: Bytes = type == .credit ? [0, 0, 0, 1] : []
    peer.add(type, stream: stream, payload: payload)
    let fault = #expect(throws: ConnectionFault.self) { try connection.receive(peer.take()) }
    #expect(fault?.reason == .protocolError)
  }

  @Test
  func `a fault is said before the connection closes`() throws {
    var (connection, peer) = try ready()
    peer.add(.end, stream: 1)
    let fault = try #require(throws: ConnectionFault.self) { try connection.receive(peer.take()) }
    connection.fail(fault)
    let frame = try #require(try connection.frames().last)
    #expect(frame.header.type == .goAway)
    #expect(try GoAway(serialized: frame.bytes) == GoAway(lastStream: .connection, fault))
    peer.ping(1)
    #expect(try connection.receive(peer.take()).isEmpty)
    #expect(try connection.frames().isEmpty)
  }

  @Test
  func `another version hears which one is spoken, another protocol nothing`() throws {
    var connection = ServerConnection(limits: Limits())
    var bytes = ByteBuffer()
    bytes.writePreface(Preface(version: 2))
    let fault = try #require(throws: ConnectionFault.self) { try connection.receive(bytes) }
    #expect(fault.reason == .version)
    connection.fail(fault)
    #expect(try connection.frames(afterPreface: true).map(\.header.type) == [.goAway])

    var other = ServerConnection(limits: Limits())
    let garbage = ByteBuffer(string: "GET / HTTP/1.1\r\n")
    let reason = try #require(throws: ConnectionFault.self) { try other.receive(garbage) }
    other.fail(reason)
    #expect(try other.frames().isEmpty)
  }

  @Test
  func `a call before the settings is a fault`() throws {
    var connection = ServerConnection(limits: Limits())
    var peer = try Peer(settings: nil)
    try peer.open(1)
    #expect(throws: ConnectionFault.self) { try connection.receive(peer.take()) }
  }

  @Test
  func `calls past the limit are refused as unprocessed, and a slot is free when all is done`()
    throws
  {
    var limits = Limits()
    limits.streamsMax = 2
    var (connection, peer) = try ready(limits)
    for stream in 1...3 as ClosedRange<UInt32> { try peer.open(stream) }
    #expect(try connection.receive(peer.take()).count == 2)
    let refusal = try #require(try connection.frames().first)
    let status = CallEnding(serialized: refusal.bytes, limits: limits).failure
    #expect(status?.code == .resourceExhausted)
    #expect(status?.isUnprocessed == true)
    #expect(
      status?.details.contains(.limitExceeded(name: "open calls", value: 3, limit: 2)) == true)

    // Cancelled, ended, returned: only with the last, and the END behind what is to be written next,
    // the slot is free.
    peer.add(.cancel, stream: 1)
    #expect(try connection.receive(peer.take()) == [.cancelled(one)])
    #expect(connection.callCount == 2)
    connection.end(one, CallEnding(Status(.cancelled, "")))
    #expect(connection.callCount == 2)
    connection.returned(one)
    #expect(connection.callCount == 1)
    #expect(try connection.frames().map(\.header.type) == [.end])
    try peer.open(4)
    #expect(try connection.receive(peer.take()).count == 1)
  }

  @Test
  func `an OPEN that is malformed ends its call only`() throws {
    var (connection, peer) = try ready()
    peer.add(.open, stream: 1, payload: [0xFF])
    peer.data(1, [1, 2, 3], [.first, .last, .finish])
    try peer.open(2)
    #expect(try connection.receive(peer.take()).count == 1)
    let frames = try connection.frames()
    #expect(frames.map(\.header.stream) == [one])
    #expect(
      CallEnding(serialized: frames[0].bytes, limits: Limits()).failure?.code == .invalidArgument)
  }

  @Test
  func `a message past the limit ends its call only`() throws {
    var limits = Limits()
    limits.messageBytesMax = 10
    var (connection, peer) = try ready(limits)
    try peer.open(1)
    peer.data(1, Bytes([UInt8](repeating: 0, count: 10)), [.first, .last])
    peer.data(1, Bytes([UInt8](repeating: 0, count: 11)), [.first, .last])
    peer.data(1, [1], [.first, .last, .finish])
    let events = try connection.receive(peer.take())
    #expect(events.count == 3)
    guard case .failed(one, let status) = events[2] else {
      Issue.record("\(events)")
      return
    }
    #expect(status.details == [.limitExceeded(name: "message bytes", value: 11, limit: 10)])
    #expect(try connection.frames().last?.header.type == .end)
  }

  @Test
  func `what arrives after the end is dropped`() throws {
    var (connection, peer) = try ready()
    try peer.open(1)
    _ = try connection.receive(peer.take())
    connection.end(one, CallEnding())
    connection.end(one, CallEnding(Status(.internal, "second")))
    connection.returned(one)
    let frames = try connection.frames()
    #expect(frames.map(\.header.type) == [.end])
    #expect(frames[0].header.length == 0, "the first ending counts")
    peer.data(1, [1], [.first, .last])
    peer.add(.cancel, stream: 1)
    peer.credit(1, 10)
    #expect(try connection.receive(peer.take()).isEmpty)
  }

  @Test
  func `a drain serves what the client sent before it knew, then names the last call`() throws {
    var (connection, peer) = try ready()
    connection.beginDrain()
    let announced = try connection.frames()
    #expect(announced.map(\.header.type) == [.goAway, .ping])
    #expect(try GoAway(serialized: announced[0].bytes).lastStream == .max)
    try peer.open(1)
    peer.ping(Drain.pingContent, isAnswer: true)
    try peer.open(2)
    #expect(try connection.receive(peer.take()).count == 1)
    let named = try connection.frames()
    #expect(try GoAway(serialized: try #require(named.first).bytes).lastStream == one)
    #expect(!connection.isDrained)
    connection.end(one, CallEnding())
    connection.returned(one)
    _ = try connection.frames()
    #expect(connection.isDrained)
  }

  @Test
  func `a drain before the client's hello is announced after our own`() throws {
    var server = ServerConnection(limits: Limits())
    server.beginDrain()
    #expect(try server.frames() == [])
    var peer = try Peer()
    #expect(try server.receive(peer.take()) == [])
    let frames = try server.frames(afterPreface: true)
    #expect(frames.map(\.header.type) == [.settings, .goAway, .ping])
  }

  @Test
  func `a PING is answered with its content`() throws {
    var (connection, peer) = try ready()
    peer.ping(0x0102_0304_0506_0708)
    _ = try connection.receive(peer.take())
    let frame = try #require(try connection.frames().first)
    #expect(frame.header.flags == .answer)
    #expect(frame.bytes == [1, 2, 3, 4, 5, 6, 7, 8])
  }

  /// Each budget: as often as it may be, and once more.
  @Test(arguments: ["ping", "credit", "cancel", "refused", "malformed"])
  func `floods end the connection at their budget`(kind: String) throws {
    var limits = Limits()
    (limits.pingsBurstMax, limits.pingsPerSecondMax) = (5, 1)
    limits.pingStrikesMax = 100
    (limits.controlFramesBurstMax, limits.controlFramesPerSecondMax) = (5, 1)
    (limits.resetsBurstMax, limits.resetsPerSecondMax) = (5, 1)
    limits.streamsMax = kind == "refused" ? 1 : 100
    var (connection, peer) = try ready(limits)
    try peer.open(1)
    let now = ContinuousClock.now
    _ = try connection.receive(peer.take(), at: now)
    for number in 2...7 as ClosedRange<UInt32> {
      switch kind {
      case "ping": peer.ping(1)
      case "credit": peer.credit(1, 1)
      case "cancel":
        try peer.open(number)
        peer.add(.cancel, stream: number)
      case "refused": try peer.open(number)
      default: peer.add(.open, stream: number, payload: [0xFF])
      }
      if number < 7 {
        _ = try connection.receive(peer.take(), at: now)
      } else {
        let fault = #expect(throws: ConnectionFault.self) {
          try connection.receive(peer.take(), at: now)
        }
        #expect(fault?.reason == .tooMuch)
      }
    }
  }

  /// Five answers of 20 bytes.
  @Test(arguments: [(100, true), (99, false)])
  func `answers that are not read are bounded`(limit: Int, accepted: Bool) throws {
    var limits = Limits()
    limits.pingStrikesMax = 10
    limits.controlBytesQueuedMax = limit
    var (connection, peer) = try ready(limits)
    for _ in 0..<5 { peer.ping(1) }
    var fault: ConnectionFault?
    do {
      _ = try connection.receive(peer.take())
    } catch {
      fault = error
    }
    #expect((fault == nil) == accepted)
    #expect(fault?.reason == (accepted ? nil : .tooMuch))
  }

  @Test
  func `answers that are read make room for others`() throws {
    var limits = Limits()
    limits.pingStrikesMax = 10
    limits.controlBytesQueuedMax = 100
    var (connection, peer) = try ready(limits)
    for _ in 0..<2 {
      for _ in 0..<5 { peer.ping(1) }
      _ = try connection.receive(peer.take())
      #expect(try connection.frames().count == 5)
    }
  }

  @Test
  func `a call has any number but the highest`() throws {
    var (connection, peer) = try ready()
    for stream in [1 << 31 - 1, 1 << 31, 1 << 31 + 1, .max - 1] as [UInt32] {
      try peer.open(stream)
      #expect(try connection.receive(peer.take()).count == 1)
    }
    try peer.open(.max)
    let fault = #expect(throws: ConnectionFault.self) { try connection.receive(peer.take()) }
    #expect(fault?.reason == .protocolError)
    #expect(fault?.message.contains("4294967294") == true)
  }

  @Test
  func `a client that does not answer the first step of a drain gets the second all the same`()
    throws
  {
    var (connection, peer) = try ready()
    try peer.open(1)
    _ = try connection.receive(peer.take())
    connection.nameLast()
    #expect(try connection.frames() == [], "there is no second step without the first")
    connection.beginDrain("for a test")
    let announced = try connection.frames()
    #expect(try GoAway(serialized: announced[0].bytes).fault.message == "for a test")
    connection.nameLast()
    let named = try connection.frames()
    #expect(named.map(\.header.type) == [.goAway])
    #expect(try GoAway(serialized: named[0].bytes).lastStream == one)
    peer.ping(Drain.pingContent, isAnswer: true)
    _ = try connection.receive(peer.take())
    #expect(try connection.frames() == [], "the answer comes too late to matter")
  }

  @Test
  func `the answer to a keep-alive PING is told to nobody`() throws {
    var (connection, peer) = try ready()
    connection.keepAlive()
    let frame = try #require(try connection.frames().first)
    #expect(frame.header.type == .ping)
    #expect(frame.header.flags == [])
    peer.add(.ping, flags: .answer, payload: frame.bytes)
    #expect(try connection.receive(peer.take()) == [])
  }
}
