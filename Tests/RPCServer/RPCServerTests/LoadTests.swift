import Codec
import RPCClient
import RPCCore
import Testing

/// Many calls at once on one connection.
@Suite(.timeLimit(.minutes(2)))
struct LoadTests {
  typealias Item = Echo.Item

  @Test(arguments: Carrier.allCases)
  func `many concurrent calls of all kinds each get their own answers`(
    carrier: Carrier
  ) async throws {
    var limits = Limits()
    limits.streamsMax = 50
    try await carrier.run(Echo.routes, limits: limits) { client in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<200 {
          group.addTask { try await call(number, client) }
        }
        try await group.waitForAll()
      }
    }
  }

  private func call(_ number: Int, _ client: Client) async throws {
    let value = Bytes([UInt8](repeating: UInt8(number % 256), count: number * 37))
    let item = Item(key: "\(number)", value: value)
    switch number % 4 {
    case 0:
      let response: Item = try await client.unary(Echo.unary, item)
      #expect(response == item)
    case 1:
      let response: Item = try await client.clientStreaming(Echo.collect) {
        (writer: MessageWriter<Item>) in
        for index in 0..<20 { try await writer.write(Item(key: "\(index)", value: value)) }
      }
      #expect(response.key == "20 \(20 * value.count)")
    case 2:
      let count = try await client.serverStreaming(
        Echo.repeated, Item(key: "20", value: value)
      ) { (responses: MessageStream<Item>) in
        var count = 0
        for try await response in responses {
          #expect(response == Item(key: "\(count)", value: value))
          count += 1
        }
        return count
      }
      #expect(count == 20)
    default:
      try await client.bidirectional(Echo.chat) {
        (writer: MessageWriter<Item>, responses: MessageStream<Item>) in
        for _ in 0..<5 { try await writer.write(item) }
        writer.finish()
        var count = 0
        for try await response in responses {
          #expect(response == item)
          count += 1
        }
        #expect(count == 5)
      }
    }
  }

  @Test(arguments: Carrier.allCases)
  func `a stream of 100 MB arrives in order beside unary calls`(carrier: Carrier) async throws {
    let chunk = Bytes([UInt8](repeating: 5, count: 200_000))
    let unaryCalls = try await carrier.run(Echo.routes) { client in
      try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask {
          let response: Item = try await client.clientStreaming(Echo.collect) {
            (writer: MessageWriter<Item>) in
            for index in 0..<500 { try await writer.write(Item(key: "\(index)", value: chunk)) }
          }
          #expect(response.key == "500 100000000")
          return -1
        }
        group.addTask {
          var calls = 0
          while !Task.isCancelled {
            do {
              let response: Item = try await client.unary(Echo.unary, Item(key: "\(calls)"))
              #expect(response.key == "\(calls)")
              calls += 1
            } catch is CancellationError {
              break
            }
          }
          return calls
        }
        var calls = 0
        for try await result in group {
          if result == -1 { group.cancelAll() } else { calls = result }
        }
        return calls
      }
    }
    #expect(unaryCalls > 10)
  }

  @Test
  func `a slow reader holds back its sender and no other call`() async throws {
    try await Carrier.tcp.run(Echo.routes) { client in
      let request = Item(key: "2000", value: Bytes([UInt8](repeating: 1, count: 10_000)))
      let count = try await client.serverStreaming(Echo.repeated, request) {
        (responses: MessageStream<Item>) in
        var count = 0
        for try await _ in responses {
          if count % 100 == 0 {
            let response: Item = try await client.unary(Echo.unary, Item(key: "\(count)"))
            #expect(response.key == "\(count)")
          }
          count += 1
        }
        return count
      }
      #expect(count == 2_000)
    }
  }
}
