import Codec
import NIOCore
import RPCCore
import SeededRandom
import Testing

/// A client's and a server's logic joined by nothing but bytes.
struct Pair {
  var client: ClientConnection
  var server: ServerConnection
  var clientEvents: [ClientConnection.Event] = []
  var serverEvents: [ServerConnection.Event] = []
  /// Whether a server's message is taken as soon as it has arrived.
  var takesMessages = true

  init(client clientLimits: Limits = Limits(), server serverLimits: Limits = Limits()) {
    client = ClientConnection(limits: clientLimits)
    server = ServerConnection(limits: serverLimits)
  }

  /// Moves bytes both ways until nothing moves any more; returns the frames that went to the server.
  @discardableResult
  mutating func run() throws -> [Frame] {
    var sent: [Transfer.Sent] = []
    var toServer = ByteBuffer()
    while true {
      var isMoving = false
      if let bytes = client.takeOutput(sent: &sent) {
        toServer.writeImmutableBuffer(bytes)
        isMoving = true
        for event in try server.receive(bytes) {
          serverEvents.append(event)
          if takesMessages, case .message(let stream, _, _) = event {
            server.consumed(messages: 1, on: stream)
          }
        }
      }
      if let bytes = server.takeOutput(sent: &sent) {
        isMoving = true
        clientEvents += try client.receive(bytes)
      }
      guard isMoving else { break }
    }
    return try Peer.frames(toServer, afterPreface: isFirstRun(toServer))
  }

  private func isFirstRun(_ bytes: ByteBuffer) -> Bool {
    bytes.readableBytesView.starts(with: Preface.magic)
  }

  /// Bytes of the messages that the server has received on a stream.
  func received(on stream: StreamID) -> [Int] {
    serverEvents.compactMap { event in
      if case .message(stream, let bytes, _) = event { bytes.count } else { nil }
    }
  }
}

struct PairTests {
  private let one = StreamID(1)
  private let two = StreamID(2)

  private func message(_ count: Int) -> Bytes { Bytes([UInt8](repeating: 3, count: count)) }

  /// A message that fits no window gets credit for all of it, as far as there is room.
  @Test(arguments: [0, 1, 32 << 10, 65_500, 65_504, 65_505, 128 << 10, 1 << 20, 4 << 20])
  func `a message of any size up to the limit arrives`(count: Int) throws {
    var limits = Limits()
    limits.streamWindowBytes = 64 << 10
    var pair = Pair(server: limits)
    pair.client.open(one, [])
    for _ in 0..<3 { try pair.client.send(message(count), isLast: false, on: one) }
    pair.client.finish(one)
    try pair.run()
    #expect(pair.received(on: one) == [count, count, count])
  }

  /// Cut where a chunk ends, before it and behind it.
  @Test(arguments: [
    [1, 32_699, 1], [32_700, 4], [32_699, 40_000], [32_701, 32_703, 3], [9, 200_000],
  ])
  func `a message of several segments arrives as one`(lengths: [Int]) throws {
    let segments = lengths.enumerated().map { number, length in
      Bytes((0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 + number) })
    }
    var pair = Pair()
    pair.client.open(one, [])
    try pair.client.send(SegmentedBytes(segments), isLast: false, on: one)
    try pair.run()
    #expect(pair.serverEvents.last == .message(one, Bytes(segments.joined()), isLast: false))
    try pair.server.send(SegmentedBytes(segments), on: one)
    try pair.run()
    #expect(pair.clientEvents.last == .message(one, Bytes(segments.joined())))
  }

  /// Windows must come back to where they were, or a long stream would stall.
  @Test(arguments: 0..<10 as Range<UInt64>)
  func `a long stream of mixed sizes never stalls`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var limits = Limits()
    limits.streamWindowBytes = 64 << 10
    limits.connectionWindowBytes = 1 << 20
    var pair = Pair(server: limits)
    pair.client.open(one, [])
    var sizes: [Int] = []
    for _ in 0..<400 {
      let size = Int.random(in: 0...(Bool.random(using: &random) ? 100 : 150_000), using: &random)
      sizes.append(size)
      try pair.client.send(message(size), isLast: false, on: one)
      if Bool.random(using: &random) { try pair.run() }
    }
    try pair.run()
    #expect(pair.received(on: one) == sizes)
  }

  @Test
  func `a reader that does not read holds back its stream and no other`() throws {
    var limits = Limits()
    limits.streamWindowBytes = 64 << 10
    var pair = Pair(server: limits)
    pair.takesMessages = false
    pair.client.open(one, [])
    pair.client.open(two, [])
    for _ in 0..<100 { try pair.client.send(message(10_000), isLast: false, on: one) }
    try pair.run()
    let held = pair.received(on: one).reduce(0, +)
    #expect((20_000...64 << 10).contains(held))
    try pair.client.send(message(20_000), isLast: true, on: two)
    try pair.run()
    #expect(pair.received(on: two) == [20_000])
    while pair.received(on: one).count < 100 {
      let before = pair.received(on: one).count
      pair.server.consumed(messages: before, on: one)
      try pair.run()
      #expect(pair.received(on: one).count > before)
    }
  }

  @Test
  func `large messages beyond the room for them wait for each other`() throws {
    var limits = Limits()
    limits.messageBytesMax = 1 << 20
    limits.assembledBytesMax = 3 << 20
    limits.streamWindowBytes = 64 << 10
    var pair = Pair(server: limits)
    pair.takesMessages = false
    for stream in 1...6 as ClosedRange<UInt32> {
      pair.client.open(StreamID(stream), [])
      try pair.client.send(message(1_000_000), isLast: true, on: StreamID(stream))
    }
    try pair.run()
    #expect(pair.serverEvents.count { if case .message = $0 { true } else { false } } == 3)
    for stream in 1...3 as ClosedRange<UInt32> {
      pair.server.consumed(messages: 1, on: StreamID(stream))
    }
    try pair.run()
    #expect(pair.serverEvents.count { if case .message = $0 { true } else { false } } == 6)
  }

  @Test
  func `small messages do not wait for large ones, and large ones take turns`() throws {
    var pair = Pair()
    try pair.run()
    for stream in [one, two] {
      pair.client.open(stream, [])
      try pair.client.send(message(4 << 20), isLast: true, on: stream)
    }
    var sent: [Transfer.Sent] = []
    for _ in 0..<4 {
      if let bytes = pair.client.takeOutput(sent: &sent) { _ = try pair.server.receive(bytes) }
    }
    let small = StreamID(3)
    pair.client.open(small, [])
    try pair.client.send(message(64), isLast: true, on: small)
    let next = try Peer.frames(pair.client.takeOutput(sent: &sent))
    #expect(next.prefix(2).map(\.header.stream) == [small, small])
    #expect(next.dropFirst(2).allSatisfy { $0.header.trafficClass == .bulk })
    #expect(Set(next.dropFirst(2).map(\.header.stream)) == [one, two])
  }

  @Test
  func `many small messages do not starve a large one`() throws {
    var pair = Pair()
    try pair.run()
    pair.client.open(one, [])
    try pair.client.send(message(2 << 20), isLast: true, on: one)
    pair.client.open(two, [])
    for _ in 0..<2_000 { try pair.client.send(message(1_000), isLast: false, on: two) }
    let frames = try pair.run()
    let lastOfSmall = try #require(frames.lastIndex { $0.header.stream == two })
    #expect(frames[..<lastOfSmall].count { $0.header.stream == one } > 15)
  }

  @Test
  func `a call that ends frees the credit of the connection`() throws {
    var pair = Pair()
    for number in 1...200 as ClosedRange<UInt32> {
      let stream = StreamID(number)
      pair.client.open(stream, [])
      try pair.client.send(message(100_000), isLast: false, on: stream)
      if number.isMultiple(of: 2) {
        var sent: [Transfer.Sent] = []
        if let bytes = pair.client.takeOutput(sent: &sent) { _ = try pair.server.receive(bytes) }
        pair.client.cancel(stream)
      }
      try pair.run()
      pair.server.end(stream, CallEnding(Status(.cancelled, "")))
      pair.server.returned(stream)
      try pair.run()
    }
    #expect(pair.client.callCount == 0)
    #expect(pair.server.callCount == 0)
  }

  @Test
  func `what the server says stays in order`() throws {
    var pair = Pair()
    pair.client.open(one, [])
    try pair.run()
    try pair.server.sendHead(["a": "b"], on: one)
    for number in 1...3 { try pair.server.send(message(number * 50_000), on: one) }
    pair.server.end(one, CallEnding(nil, trailers: ["c": "d"]))
    pair.server.returned(one)
    try pair.run()
    // The first event is the server's hello; each message is larger than half of the window, and
    // gets room of its own once the one before it was taken.
    while pair.client.callCount > 0 {
      pair.client.consumed(messages: 1, on: one)
      try pair.run()
    }
    #expect(
      pair.clientEvents == [
        .ready, .head(one, ["a": "b"]), .message(one, message(50_000)),
        .message(one, message(100_000)), .message(one, message(150_000)),
        .ended(one, CallEnding(nil, trailers: ["c": "d"])),
      ])
  }
}
