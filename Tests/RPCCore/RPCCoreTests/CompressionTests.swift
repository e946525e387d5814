import Codec
import NIOCore
import SeededRandom
import Testing

@testable import RPCCore

/// Messages that shrink to about half.
private func text(_ count: Int, seed: UInt64 = 1) -> Bytes {
  var random = SeededGenerator(seed: seed)
  return Bytes((0..<count).map { _ in UInt8.random(in: 48...57, using: &random) })
}

private func zeros(_ count: Int) -> Bytes { Bytes([UInt8](repeating: 0, count: count)) }

private func noise(_ count: Int) -> Bytes {
  var random = SeededGenerator(seed: 2)
  return Bytes((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
}

/// A compressed message that says of itself what it is told to.
private func body(_ frame: [UInt8], stating length: Int, encoding: UInt8 = 1) -> Bytes {
  Bytes([encoding] + (0..<4).map { UInt8(UInt32(length) >> (24 - 8 * $0) & 0xFF) } + frame)
}

private func frame(of message: Bytes) throws -> [UInt8] {
  try #require(Zstd.compressed(message, prefix: [], bytesMax: message.count + 1_000))
}

struct CompressionTests {
  @Test(arguments: [(1_023, false), (1_024, true), (1 << 20, true), (1 << 20 + 1, false)])
  func `messages are compressed between two sizes`(count: Int, isCompressed: Bool) throws {
    let message = text(count)
    let body = Compression.compressed(message)
    #expect((body != nil) == isCompressed)
    guard let body else { return }
    #expect(body.count < count * 2 / 3)
    #expect(try Compression.inflated(body, stated: count) == message)
  }

  @Test func `what would save nothing, or shrink beyond the ratio, is sent as it is`() {
    #expect(Compression.compressed(noise(100_000)) == nil)
    #expect(Compression.compressed(zeros(1 << 20)) == nil)
  }

  /// Of zeros: the longest that shrink to a part of the ratio, and ones that shrink more.
  @Test func `the ratio stops at its bound`() throws {
    var accepted = false
    var refused = false
    for count in 1_024..<20_000 {
      let bytes = try frame(of: zeros(count)).count
      let header = Compression.ratioMax * bytes
      if count == header {
        #expect(Compression.compressed(zeros(count)) != nil)
        accepted = true
      } else if count == header + 1 {
        #expect(Compression.compressed(zeros(count)) == nil)
        refused = true
      }
    }
    #expect(accepted && refused)
  }

  @Test func `a frame must be whole, alone, and as long as it was said to be`() throws {
    let message = text(10_000)
    let good = try frame(of: message)
    #expect(try Compression.inflated(body(good, stating: 10_000), stated: 10_000) == message)
    var changed = good
    changed[changed.count / 2] ^= 0x55
    let wrong: [(String, [UInt8], Int)] = [
      ("trailing", good + [0], 10_000), ("twice", good + good, 10_000),
      ("cut", Array(good.dropLast()), 10_000), ("empty", [], 10_000),
      ("shorter", good, 9_999), ("longer", good, 10_001), ("changed magic", [9] + good, 10_000),
      // A frame of the user's own data, which readers of several frames pass over.
      ("skippable", [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 7, 7], 10_000),
      ("skippable first", [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0] + good, 10_000),
    ]
    for (name, frame, stated) in wrong {
      let status = #expect(throws: Status.self, "\(name)") { () throws in
        try Compression.inflated(body(frame, stating: stated), stated: stated)
      }
      #expect(status?.code == .invalidArgument, "\(name)")
    }
  }

  /// What is damaged is refused or, without a checksum in it, something of the stated length.
  @Test(arguments: 0..<300 as Range<UInt64>)
  func `a damaged frame never gives more than was stated`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var frame = try frame(of: text(5_000, seed: seed % 5))
    for _ in 0...Int.random(in: 0...4, using: &random) {
      frame[Int.random(in: 0..<frame.count, using: &random)] ^= UInt8.random(
        in: 1...255, using: &random)
    }
    switch Zstd.inflated(Bytes(frame), to: 5_000) {
    case .success(let bytes): #expect(bytes.count == 5_000)
    case .failure: break
    }
  }
}

/// Compressed messages in the connections' logic.
struct CompressedConnectionTests {
  private let one = StreamID(1)

  /// A server that has read a hello and the OPEN of call 1.
  private func server(
    _ limits: Limits = Limits(), sharing received: ReceivedBytes? = nil
  ) throws -> (ServerConnection, Peer) {
    var connection = ServerConnection(limits: limits, sharing: received)
    var peer = try Peer()
    try peer.open(1)
    _ = try connection.receive(peer.take())
    return (connection, peer)
  }

  /// What becomes of a call that sends such a message.
  private func status(
    _ body: Bytes, _ limits: Limits = Limits(), sharing received: ReceivedBytes? = nil
  ) throws -> Status? {
    var (connection, peer) = try server(limits, sharing: received)
    peer.data(1, body, [.first, .last, .finish, .compressed])
    switch try connection.receive(peer.take()).first {
    case .failed(one, let status)?: return status
    case .message(one, _, isLast: true)?: return nil
    case let other:
      Issue.record("\(String(describing: other))")
      return nil
    }
  }

  @Test func `what cannot be taken ends the call with the right code, and the call alone`() throws {
    let good = try frame(of: text(10_000))
    #expect(try status(body(good, stating: 10_000)) == nil)
    #expect(try status(body(good, stating: 10_000, encoding: 2))?.code == .unimplemented)
    #expect(try status(body(good, stating: 10_000, encoding: 0))?.code == .unimplemented)
    #expect(try status(body(good, stating: 10_001))?.code == .invalidArgument)
    #expect(try status(body(good, stating: good.count + 1))?.code == .invalidArgument)
    #expect(try status(body(good, stating: good.count))?.code == .invalidArgument)
    #expect(try status(body(good, stating: 0))?.code == .invalidArgument)
    var limits = Limits()
    limits.takesCompressed = false
    #expect(try status(body(good, stating: 10_000), limits)?.code == .unimplemented)
  }

  @Test(arguments: [(10_000, true), (10_001, false)])
  func `the limit of messages holds for what they inflate to`(count: Int, isTaken: Bool) throws {
    var limits = Limits()
    limits.messageBytesMax = 10_000
    let status = try status(body(frame(of: text(count)), stating: count), limits)
    #expect(status?.code == (isTaken ? nil : .resourceExhausted))
    if !isTaken {
      #expect(
        status?.details == [.limitExceeded(name: "message bytes", value: 10_001, limit: 10_000)])
    }
  }

  @Test func `a bomb is refused before it goes off`() throws {
    let bomb = try frame(of: zeros(4 << 20))
    #expect(bomb.count * 1_000 < 4 << 20)
    // Honest about its size, past the limit, and lying.
    #expect(try status(body(bomb, stating: 4 << 20))?.code == .resourceExhausted)
    #expect(try status(body(bomb, stating: 1 << 30))?.code == .resourceExhausted)
    #expect(try status(body(bomb, stating: bomb.count * 256))?.code == .invalidArgument)
    #expect(try status(body(bomb, stating: .init(UInt32.max)))?.code == .resourceExhausted)
  }

  @Test func `frames of a compressed message that make no sense are faults`() throws {
    let good = body(try frame(of: text(10_000)), stating: 10_000)
    let total = Bytes([0, 0] + [UInt8(good.count >> 8), UInt8(good.count & 0xFF)])
    let cases: [[(Bytes, FrameFlags)]] = [
      [(Bytes(Array(good).prefix(4)), [.first, .last, .compressed])],
      [(Bytes(Array(total) + Array(good).prefix(4)), [.first, .compressed])],
      [([], [.finish, .compressed])],
      [([1], [.last, .compressed])],
      [(Bytes(Array(total) + Array(good).prefix(100)), [.first, .compressed]), ([1], [])],
      [(Bytes([0, 0, 0, 9, 1]), [.first]), ([1], [.compressed])],
    ]
    for frames in cases {
      var (connection, peer) = try server()
      for (payload, flags) in frames { peer.data(1, payload, flags) }
      #expect(throws: ConnectionFault.self) { try connection.receive(peer.take()) }
    }
  }

  @Test func `both sides compress once they know that the other takes it`() throws {
    var pair = Pair()
    pair.client.open(one, [])
    pair.client.compressOutput(of: one)
    // The server has not said hello.
    try pair.client.send(text(50_000), isLast: false, on: one)
    let first = try pair.run()
    #expect(first.allSatisfy { !$0.header.flags.contains(.compressed) })
    try pair.client.send(text(300_000), isLast: false, on: one)
    try pair.client.send(text(100), isLast: false, on: one)
    pair.client.finish(one)
    let frames = try pair.run().filter { $0.header.type == .data }
    #expect(frames.filter { $0.header.flags.contains(.compressed) }.count > 1)
    #expect(frames.reduce(0) { $0 + $1.header.length } < 200_000)
    #expect(pair.received(on: one) == [50_000, 300_000, 100])
    pair.server.compressOutput(of: one)
    try pair.server.send(text(300_000), on: one)
    var sent: [Transfer.Sent] = []
    let taken = pair.server.takeOutput(sent: &sent)
    let output = try #require(taken)
    #expect(sent.reduce(0) { $0 + $1.bytes } == 300_032)
    #expect(try Peer.frames(output).contains { $0.header.flags.contains(.compressed) })
    pair.clientEvents += try pair.client.receive(output)
    try pair.run()
    #expect(pair.clientEvents.last == .message(one, text(300_000)))
  }

  @Test func `a peer that names no encoding gets messages as they are`() throws {
    var old = Limits()
    old.takesCompressed = false
    var pair = Pair(server: old)
    pair.client.open(one, [])
    pair.client.compressOutput(of: one)
    try pair.run()
    try pair.client.send(text(50_000), isLast: true, on: one)
    #expect(try pair.run().allSatisfy { !$0.header.flags.contains(.compressed) })
    #expect(pair.received(on: one) == [50_000])
  }

  @Test func `credit is spent for what messages inflate to`() throws {
    var limits = Limits()
    limits.streamWindowBytes = 64 << 10
    var pair = Pair(server: limits)
    pair.takesMessages = false
    pair.client.open(one, [])
    pair.client.compressOutput(of: one)
    try pair.run()
    for _ in 0..<10 { try pair.client.send(text(60_000), isLast: false, on: one) }
    try pair.run()
    // The second one begins with what is left, and takes more than that.
    #expect(pair.received(on: one).count == 2)
    while pair.received(on: one).count < 10 {
      let before = pair.received(on: one).count
      pair.server.consumed(messages: 1, on: one)
      try pair.run()
      #expect(pair.received(on: one).count <= before + 1)
      if pair.received(on: one).count == before {
        pair.server.consumed(messages: 1, on: one)
        try pair.run()
        #expect(pair.received(on: one).count > before)
      }
    }
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `a long stream of messages of both kinds never stalls`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var limits = Limits()
    limits.streamWindowBytes = 64 << 10
    limits.connectionWindowBytes = 1 << 20
    var pair = Pair(server: limits)
    pair.client.open(one, [])
    pair.client.compressOutput(of: one)
    try pair.run()
    var sizes: [Int] = []
    for number in 0..<200 {
      let size = Int.random(in: 0...(Bool.random(using: &random) ? 2_000 : 150_000), using: &random)
      sizes.append(size)
      let message = number.isMultiple(of: 3) ? noise(size) : text(size)
      try pair.client.send(message, isLast: false, on: one)
      if Bool.random(using: &random) { try pair.run() }
    }
    try pair.run()
    #expect(pair.received(on: one) == sizes)
  }

  @Test func `what the server holds is counted as it is inflated, and refused past the limit`()
    throws
  {
    let received = ReceivedBytes(bytesMax: 100_000)
    let frame = try frame(of: text(50_000))
    var kept: [(ServerConnection, Peer)] = []
    for _ in 0..<2 {
      var (connection, peer) = try server(sharing: received)
      peer.data(1, body(frame, stating: 50_000), [.first, .last, .compressed])
      _ = try connection.receive(peer.take())
      kept.append((connection, peer))
    }
    #expect(received.count == 100_000)
    #expect(
      try status(body(frame, stating: 50_000), sharing: received)?.code == .resourceExhausted)
    kept[0].0.consumed(messages: 1, on: one)
    #expect(received.count == 50_000)
    #expect(try status(body(frame, stating: 50_000), sharing: received) == nil)
    kept = []
    #expect(received.count == 0)
  }

  @Test func `a response that cannot be inflated is the server's fault`() throws {
    var client = ClientConnection(limits: Limits())
    var peer = try Peer()
    client.open(one, [])
    _ = try client.receive(peer.take())
    peer.data(
      1, body(Array("no frame at all".utf8), stating: 100), [.first, .last, .compressed])
    guard case .failed(one, let status)? = try client.receive(peer.take()).first else {
      Issue.record("the call did not fail")
      return
    }
    #expect(status.code == .internal)
  }
}
