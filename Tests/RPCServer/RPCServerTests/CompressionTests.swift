import Codec
import RPCClient
import RPCCore
import RPCServer
import SeededRandom
import Testing

/// Calls whose messages are compressed, over every carrier.
@Suite(.timeLimit(.minutes(1)))
struct CompressedCallTests {
  private typealias Item = Echo.Item

  /// Shrinks to about half.
  private let value: Bytes = {
    var random = SeededGenerator(seed: 1)
    return Bytes((0..<200_000).map { _ in UInt8.random(in: 48...57, using: &random) })
  }()

  @Test(arguments: Carrier.allCases)
  func `calls of every kind come through`(carrier: Carrier) async throws {
    let options = CallOptions(compresses: true)
    try await carrier.run(Echo.routes) { client in
      try await client.connect()
      let item = Item(key: "3", value: value)
      for _ in 0..<2 {
        let answer: Item = try await client.unary(Echo.unary, item, options: options)
        #expect(answer == item)
      }
      let values = try await client.serverStreaming(Echo.repeated, item, options: options) {
        (items: MessageStream<Item>) in
        var values: [Bytes] = []
        for try await item in items { values.append(item.value) }
        return values
      }
      #expect(values == [value, value, value])
      let count: Item = try await client.clientStreaming(Echo.collect, options: options) {
        (writer: MessageWriter<Item>) in
        for number in 0..<20 { try await writer.write(Item(key: "\(number)", value: value)) }
      }
      #expect(count.key == "20 4000000")
    }
  }

  /// Bytes that a call takes on the wire, to the server and back.
  private func traffic(
    _ options: CallOptions, _ policy: MethodPolicy = MethodPolicy(),
    clientLimits: Limits = Limits()
  ) async throws -> (received: Int, sent: Int) {
    let server = Server(
      routes: Echo.routes, logger: .silent, policies: [Echo.unary: policy])
    return try await withServer(server, on: .tcp(host: "127.0.0.1", port: 0)) { address in
      try await withClient(to: address, limits: clientLimits, logger: .silent) { client in
        try await client.connect()
        let answer: Item = try await client.unary(
          Echo.unary, Item(key: "", value: value), options: options)
        #expect(answer.value == value)
        let connection = try #require(await server.snapshot().connections.first)
        return (connection.bytesReceived, connection.bytesSent)
      }
    }
  }

  @Test func `nothing is compressed unless caller or policy ask for it`() async throws {
    let plain = try await traffic(CallOptions())
    #expect(plain.received > 200_000 && plain.sent > 200_000)
    let asked = try await traffic(CallOptions(compresses: true))
    #expect(asked.received < 150_000 && asked.sent < 150_000)
    let always = try await traffic(CallOptions(), MethodPolicy(compressesResponses: true))
    #expect(always.received > 200_000 && always.sent < 150_000)
    let never = try await traffic(
      CallOptions(compresses: true), MethodPolicy(compressesResponses: false))
    #expect(never.received < 150_000 && never.sent > 200_000)
    var old = Limits()
    old.takesCompressed = false
    let unable = try await traffic(
      CallOptions(), MethodPolicy(compressesResponses: true), clientLimits: old)
    #expect(unable.sent > 200_000)
  }
}
