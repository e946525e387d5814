import Codec
import RPCCore
import Testing

/// What the connections of a server may hold together.
struct ReceivedBytesTests {
  private static let step = ReceivedBytes.Share.stepBytes

  @Test
  func `shares take up to the limit and give back all when they are gone`() {
    let all = ReceivedBytes(bytesMax: 100_000)
    do {
      let first = ReceivedBytes.Share(of: all)
      let second = ReceivedBytes.Share(of: all)
      #expect(first.take(60_000))
      #expect(second.take(40_000))
      #expect(all.count == 100_000)
      #expect(!second.take(Self.step + 1))
      first.giveBack(60_000)
      #expect(all.count == 40_000)
      #expect(second.take(60_000))
    }
    #expect(all.count == 0)
  }

  @Test(arguments: [(step, 0), (step + 1, step + 1)])
  func `a share tells of what it holds in steps`(bytes: Int, told: Int) {
    let all = ReceivedBytes(bytesMax: 1 << 20)
    let share = ReceivedBytes.Share(of: all)
    #expect(share.take(bytes))
    #expect(all.count == told)
  }

  /// Opens a call on a connection of its own and sends so much of a message that is never whole.
  private func connection(
    _ received: ReceivedBytes, sending bytes: Int, isUnseen: Bool = true
  ) throws -> (ServerConnection, [ServerConnection.Event]) {
    var connection = ServerConnection(limits: Limits(), sharing: received)
    var peer = try Peer()
    try peer.open(1)
    _ = try connection.receive(peer.take())
    connection.limitInput(of: StreamID(1), messageBytesMax: nil, isUnseen: isUnseen)
    peer.data(1, Bytes([0, 16, 0, 0] + [UInt8](repeating: 7, count: bytes - 4)), .first)
    return (connection, try connection.receive(peer.take()))
  }

  @Test(arguments: [true, false])
  func `a call that brings too much for all connections together is refused`(
    isUnseen: Bool
  ) throws {
    let received = ReceivedBytes(bytesMax: 100_000)
    var kept: [ServerConnection] = []
    for _ in 0..<2 {
      let (connection, events) = try connection(received, sending: 50_000)
      #expect(events.isEmpty)
      kept.append(connection)
    }
    let (_, events) = try connection(received, sending: 50_000, isUnseen: isUnseen)
    guard case .failed(StreamID(1), let status)? = events.first else {
      Issue.record("\(events)")
      return
    }
    #expect(status.code == .resourceExhausted)
    #expect(status.isUnprocessed == isUnseen)
    #expect(status.message.contains("100000"))
    kept.removeFirst()
    #expect(received.count == 50_000)
    let (_, accepted) = try connection(received, sending: 50_000)
    #expect(accepted.isEmpty)
  }

  @Test
  func `messages that were taken, and calls that ended, hold nothing`() throws {
    let received = ReceivedBytes(bytesMax: 1 << 20)
    var connection = ServerConnection(limits: Limits(), sharing: received)
    var peer = try Peer()
    for stream in [1, 2, 3] as [UInt32] {
      try peer.open(stream)
      peer.data(
        stream, Bytes([UInt8](repeating: 7, count: 60_000)),
        stream == 3 ? [.first, .last] : [.first, .last, .finish])
    }
    peer.data(3, Bytes([0, 16, 0, 0] + [UInt8](repeating: 7, count: 59_996)), .first)
    _ = try connection.receive(peer.take())
    #expect(received.count == 240_000)
    connection.consumed(messages: 1, on: StreamID(1))
    #expect(received.count == 180_000)
    for stream in [2, 3] as [UInt32] {
      connection.end(StreamID(stream), CallEnding())
      connection.returned(StreamID(stream))
    }
    _ = try connection.frames(afterPreface: true)
    #expect(received.count == 0)
  }
}
