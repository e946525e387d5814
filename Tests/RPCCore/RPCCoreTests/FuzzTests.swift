import Codec
import NIOCore
import RPCCore
import SeededRandom
import Testing

/// Random frames against the connections' logic: nothing may trap, and what must hold does.
struct FuzzTests {
  /// Frames in each run; 20 runs for each side make 200,000 together.
  private static let framesPerRun = 5_000

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `no frames from a client break the server's logic`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var limits = Limits()
    limits.streamsMax = 8
    limits.messageBytesMax = 100_000
    limits.assembledBytesMax = 200_000
    limits.streamWindowBytes = 64 << 10
    limits.connectionWindowBytes = 1 << 20
    limits.resetsBurstMax = 200
    var left = Self.framesPerRun
    while left > 0 {
      var connection = ServerConnection(limits: limits)
      var peer = try Peer()
      var live: Set<StreamID> = []
      var frames = FrameMaker(isServer: false)
      while left > 0 {
        left -= 1
        frames.add(to: &peer, using: &random)
        do {
          for event in try connection.receive(split(&peer, using: &random)) {
            note(event, &live, &connection)
          }
        } catch {
          connection.fail(error)
          var sent: [Transfer.Sent] = []
          while connection.takeOutput(sent: &sent) != nil {}
          break
        }
        act(on: &connection, &live, using: &random)
        #expect(connection.callCount <= limits.streamsMax)
      }
    }
  }

  private func note(
    _ event: ServerConnection.Event, _ live: inout Set<StreamID>,
    _ connection: inout ServerConnection
  ) {
    switch event {
    case .opened(let stream, _):
      #expect(live.insert(stream).inserted)
    case .message(let stream, let bytes, _):
      #expect(live.contains(stream))
      #expect(bytes.count <= 100_000)
    case .finished(let stream), .cancelled(let stream):
      #expect(live.contains(stream))
    case .answered: break
    case .failed(let stream, _):
      #expect(live.remove(stream) != nil)
      connection.returned(stream)
    }
  }

  private func act(
    on connection: inout ServerConnection, _ live: inout Set<StreamID>,
    using random: inout SeededGenerator
  ) {
    guard let stream = live.sorted().randomElement(using: &random) else { return }
    switch Int.random(in: 0..<10, using: &random) {
    case 0...2: connection.consumed(messages: 1, on: stream)
    case 3:
      let count = size(upTo: 200_000, using: &random)
      do {
        try connection.send(Bytes([UInt8](repeating: 1, count: count)), on: stream)
      } catch {
        Issue.record("\(error)")
      }
    case 4:
      connection.end(stream, CallEnding(Bool.random(using: &random) ? nil : Status(.aborted, "")))
      connection.returned(stream)
      live.remove(stream)
    case 5...6:
      var sent: [Transfer.Sent] = []
      _ = connection.takeOutput(sent: &sent)
    case 7 where Int.random(in: 0..<100, using: &random) == 0: connection.beginDrain()
    default: break
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `no frames from a server break the client's logic`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var limits = Limits()
    limits.messageBytesMax = 100_000
    limits.assembledBytesMax = 200_000
    var left = Self.framesPerRun
    while left > 0 {
      var connection = ClientConnection(limits: limits)
      var peer = try Peer(settings: WireSettings(streamsMax: 6))
      var next: UInt32 = 0
      var live: Set<StreamID> = []
      var frames = FrameMaker(isServer: true)
      while left > 0 {
        left -= 1
        if live.count < 10, next < 1_000 {
          next += 1
          live.insert(StreamID(next))
          connection.open(StreamID(next), [1])
          frames.lastStream = next
        }
        frames.add(to: &peer, using: &random)
        do {
          for event in try connection.receive(split(&peer, using: &random)) { note(event, &live) }
        } catch {
          connection.fail(error)
          var sent: [Transfer.Sent] = []
          while connection.takeOutput(sent: &sent) != nil {}
          break
        }
        try act(on: &connection, &live, using: &random)
      }
    }
  }

  private func note(_ event: ClientConnection.Event, _ live: inout Set<StreamID>) {
    switch event {
    case .ready: break
    case .head(let stream, _), .message(let stream, _): #expect(live.contains(stream))
    case .ended(let stream, _), .failed(let stream, _): #expect(live.remove(stream) != nil)
    case .goingAway(_, let unsent, let unprocessed):
      for stream in unsent + unprocessed { #expect(live.remove(stream) != nil) }
    }
  }

  private func act(
    on connection: inout ClientConnection, _ live: inout Set<StreamID>,
    using random: inout SeededGenerator
  ) throws {
    guard let stream = live.sorted().randomElement(using: &random) else { return }
    switch Int.random(in: 0..<8, using: &random) {
    case 0...1: connection.consumed(messages: 1, on: stream)
    case 2:
      let count = size(upTo: 100_000, using: &random)
      try connection.send(
        Bytes([UInt8](repeating: 1, count: count)), isLast: false, on: stream)
    case 3:
      connection.cancel(stream)
      live.remove(stream)
    case 4...5:
      var sent: [Transfer.Sent] = []
      _ = connection.takeOutput(sent: &sent)
    default: break
    }
  }

  /// Mostly small: copying is not what is tested.
  private func size(upTo max: Int, using random: inout SeededGenerator) -> Int {
    Int.random(in: 0..<(Int.random(in: 0..<20, using: &random) == 0 ? max : 2_000), using: &random)
  }

  /// Some of what the peer has to say; damaged now and then.
  private func split(_ peer: inout Peer, using random: inout SeededGenerator) -> ByteBuffer {
    let count = Int.random(in: 0...peer.bytes.readableBytes, using: &random)
    guard var part = peer.bytes.readSlice(length: count) else { return ByteBuffer() }
    if count > 0, Int.random(in: 0..<500, using: &random) == 0 {
      let position = part.readerIndex + Int.random(in: 0..<count, using: &random)
      part.setInteger(UInt8.random(in: 0...255, using: &random), at: position)
    }
    return part
  }
}

/// Makes frames that are mostly allowed, so that the logic is reached, and sometimes are not.
struct FrameMaker {
  let isServer: Bool
  var lastStream: UInt32 = 0

  mutating func add(to peer: inout Peer, using random: inout SeededGenerator) {
    let stream = UInt32.random(in: lastStream &- min(lastStream, 9)...lastStream, using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<20 where !isServer:
      lastStream += UInt32.random(in: 1...2, using: &random)
      let path = String(repeating: "m", count: Int.random(in: 0...300, using: &random))
      peer.add(.open, stream: lastStream, payload: encoded(WireOpen(method: path)))
    case 0..<10 where stream > 0:
      peer.add(.head, stream: stream, payload: encoded(WireHead()))
    case 10..<20 where stream > 0:
      peer.add(.end, stream: stream, payload: encoded(WireEnd(code: 3, message: "no")))
    case 20..<75 where stream > 0:
      data(stream, to: &peer, using: &random)
    case 75..<85:
      peer.credit(stream, UInt32.random(in: 1...100_000, using: &random))
    case 85..<88 where stream > 0 && !isServer:
      peer.add(.cancel, stream: stream)
    case 88..<90:
      peer.ping(UInt64.random(in: 0...1, using: &random) * Drain.pingContent, isAnswer: true)
    case 99:
      let type = FrameType.allCases.randomElement(using: &random) ?? .data
      peer.add(type, flags: FrameFlags(rawValue: 0), stream: stream, payload: [1, 2, 3, 4])
    default: break
    }
  }

  private func data(
    _ stream: UInt32, to peer: inout Peer, using random: inout SeededGenerator
  ) {
    let count = Int.random(in: 0..<3_000, using: &random)
    let payload = [UInt8](repeating: 9, count: count)
    switch Int.random(in: 0..<20, using: &random) {
    case 0...11: peer.data(stream, Bytes(payload), [.first, .last])
    case 12...17:
      let total = UInt32(count + Int.random(in: 1...90_000, using: &random))
      var rest = Int(total) - count
      if count > 0 {
        peer.data(
          stream, Bytes(Array(ByteBuffer(integer: total).readableBytesView) + payload), .first)
      }
      while rest > 0 && count > 0 {
        let part = min(rest, 20_000)
        rest -= part
        peer.data(stream, Bytes([UInt8](repeating: 8, count: part)), rest == 0 ? .last : [])
      }
    case 18: peer.data(stream, [], .finish)
    default:
      peer.data(
        stream, Bytes(payload), FrameFlags(rawValue: UInt8.random(in: 0...7, using: &random)))
    }
  }

  private func encoded(_ message: some Message) -> Bytes {
    do {
      return try message.serialized()
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
