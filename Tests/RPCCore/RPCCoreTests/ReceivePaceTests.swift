import Codec
import NIOCore
import RPCCore
import Testing

/// Bytes that come too slowly; the clock is turned by hand.
struct ReceivePaceTests {
  private let one = StreamID(1)
  private let start = ContinuousClock.now

  /// Two seconds, and one for each 1,000 bytes.
  private var limits: Limits {
    var limits = Limits()
    limits.receiveGrace = .seconds(2)
    limits.receiveBytesPerSecondMin = 1_000
    return limits
  }

  /// A connection on which call 1 is open.
  private func open(_ limits: Limits) throws -> (ServerConnection, Peer) {
    var connection = ServerConnection(limits: limits)
    var peer = try Peer()
    try peer.open(1)
    #expect(try connection.receive(peer.take(), at: start).count == 1)
    _ = try connection.frames(afterPreface: true)
    return (connection, peer)
  }

  /// The first chunk of a message of `total` bytes that brings `count` of them.
  private func first(_ total: UInt32, _ count: Int) -> Bytes {
    Bytes(Array(ByteBuffer(integer: total).readableBytesView) + [UInt8](repeating: 1, count: count))
  }

  @Test
  func `nothing is watched while nothing has begun`() throws {
    var (connection, peer) = try open(limits)
    peer.data(1, [1], [.first, .last])
    _ = try connection.receive(peer.take(), at: start)
    #expect(!connection.isReceiving)
    #expect(connection.paceDue == nil)
    #expect(try connection.checkPace(at: start + .seconds(1_000)) == [])
  }

  @Test
  func `a message that is not whole in time ends its call and no other`() throws {
    var (connection, peer) = try open(limits)
    try peer.open(2)
    peer.data(1, first(3_000, 1_000), .first)
    _ = try connection.receive(peer.take(), at: start)
    #expect(connection.paceDue == start + .seconds(5))
    // More of it does not give it more time.
    peer.data(1, Bytes([UInt8](repeating: 1, count: 1_999)), [])
    _ = try connection.receive(peer.take(), at: start + .seconds(4))
    #expect(try connection.checkPace(at: start + .milliseconds(4_999)) == [])
    let events = try connection.checkPace(at: start + .seconds(5))
    guard case .failed(one, let status) = events.first, events.count == 1 else {
      Issue.record("\(events)")
      return
    }
    #expect(status.code == .resourceExhausted)
    #expect(status.message.contains("5.0 seconds"))
    #expect(!connection.isReceiving)
    connection.returned(one)
    #expect(try connection.frames().map(\.header.type) == [.end])
    peer.data(1, [1], .last)
    peer.data(2, [1], [.first, .last])
    #expect(
      try connection.receive(peer.take(), at: start + .seconds(6))
        == [.message(StreamID(2), [1], isLast: false)])
  }

  @Test
  func `a message that is whole in time, and the next one, are taken`() throws {
    var (connection, peer) = try open(limits)
    for round in 0..<3 {
      let now = start + .seconds(5 * round)
      peer.data(1, first(3_000, 1_000), .first)
      _ = try connection.receive(peer.take(), at: now)
      #expect(try connection.checkPace(at: now + .milliseconds(4_999)) == [])
      peer.data(1, Bytes([UInt8](repeating: 1, count: 2_000)), .last)
      let events = try connection.receive(peer.take(), at: now + .milliseconds(4_999))
      #expect(events.count == 1)
      #expect(!connection.isReceiving)
      connection.consumed(messages: 1, on: one)
    }
  }

  @Test
  func `time in which a message waits for our credit does not count`() throws {
    var limits = limits
    limits.streamWindowBytes = 64 << 10
    var (connection, peer) = try open(limits)
    // The window is full of messages that the handler does not take.
    let part = 16_000
    for _ in 0..<3 {
      peer.data(1, Bytes([UInt8](repeating: 1, count: part)), [.first, .last])
    }
    peer.data(1, first(30_000, 10_000), .first)
    #expect(try connection.receive(peer.take(), at: start).count == 3)
    let allowance = Duration.seconds(32)
    #expect(connection.paceDue == start + allowance)
    #expect(try connection.checkPace(at: start + allowance) == [])
    #expect(connection.paceDue == start + allowance * 2)
    // The handler goes on: from the next look on the message has its whole time again.
    connection.consumed(messages: 3, on: one)
    #expect(try connection.checkPace(at: start + allowance * 2) == [])
    #expect(try connection.checkPace(at: start + allowance * 3 - .milliseconds(1)) == [])
    #expect(try connection.checkPace(at: start + allowance * 3).count == 1)
  }

  @Test
  func `a frame that is not whole in time ends the connection`() throws {
    var (connection, peer) = try open(limits)
    peer.data(1, Bytes([UInt8](repeating: 1, count: 100)), [.first, .last])
    let bytes = peer.take()
    let most = try #require(bytes.getSlice(at: bytes.readerIndex, length: 111))
    _ = try connection.receive(most, at: start)
    #expect(connection.isReceiving)
    // As long as a frame of the largest size may take, also for its header.
    let allowance = Duration.seconds(2) + .seconds(65.536)
    #expect(connection.paceDue == start + allowance)
    #expect(try connection.checkPace(at: start + allowance - .milliseconds(1)) == [])
    let fault = #expect(throws: ConnectionFault.self) {
      try connection.checkPace(at: start + allowance)
    }
    #expect(fault?.reason == .timeout)
  }

  @Test(arguments: [1, 11, 12, 50])
  func `a frame that comes in pieces is one frame, and the next one has its own time`(
    piece: Int
  ) throws {
    var (connection, peer) = try open(limits)
    peer.data(1, Bytes([UInt8](repeating: 1, count: 100)), [.first, .last])
    peer.data(1, Bytes([UInt8](repeating: 1, count: 100)), [.first, .last])
    var bytes = peer.take()
    var now = start
    var begun = start
    while let slice = bytes.readSlice(length: min(piece, bytes.readableBytes)),
      slice.readableBytes > 0
    {
      if try connection.receive(slice, at: now).count == 1 { begun = now }
      if connection.isReceiving {
        #expect(connection.paceDue.map { $0 <= begun + .seconds(68) } == true)
      }
      now += .milliseconds(100)
    }
    #expect(!connection.isReceiving)
  }

  @Test
  func `slow messages use up the budget of refused calls`() throws {
    var limits = limits
    (limits.resetsBurstMax, limits.resetsPerSecondMax) = (2, 1)
    var (connection, peer) = try open(limits)
    for stream in 2...3 as ClosedRange<UInt32> { try peer.open(stream) }
    for stream in 1...3 as ClosedRange<UInt32> { peer.data(stream, first(100, 1), .first) }
    _ = try connection.receive(peer.take(), at: start)
    let fault = #expect(throws: ConnectionFault.self) {
      try connection.checkPace(at: start + .seconds(3))
    }
    #expect(fault?.reason == .tooMuch)
  }

  @Test
  func `a message of a call that has ended is watched no more`() throws {
    var (connection, peer) = try open(limits)
    peer.data(1, first(3_000, 1_000), .first)
    _ = try connection.receive(peer.take(), at: start)
    connection.end(one, CallEnding())
    connection.returned(one)
    #expect(try connection.checkPace(at: start + .seconds(5)) == [])
    #expect(!connection.isReceiving)
  }
}
