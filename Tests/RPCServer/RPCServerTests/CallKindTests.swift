import Codec
import Glibc
import RPCClient
import RPCCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CallKindTests {
  typealias Item = Echo.Item

  @Test(arguments: Carrier.allCases, [0, 1, 64, 32 << 10, 64 << 10, 300_000, (4 << 20) - 100])
  func `a unary call gets its bytes back`(carrier: Carrier, bytes: Int) async throws {
    let request = Item(key: "k", value: Bytes([UInt8](repeating: 7, count: bytes)))
    let response: Item = try await carrier.run(Echo.routes) { client in
      try await client.unary(Echo.unary, request)
    }
    #expect(response.key == request.key)
    // By one memcmp: element by element takes seconds in a debug build.
    let isEqual = response.value.withUnsafeBytes { response in
      request.value.withUnsafeBytes { request in
        response.count == request.count
          && zip([response.baseAddress], [request.baseAddress]).allSatisfy { left, right in
            guard let left, let right else { return true }
            return memcmp(left, right, request.count) == 0
          }
      }
    }
    #expect(isEqual)
  }

  @Test(arguments: Carrier.allCases)
  func `a client stream arrives whole and in order`(carrier: Carrier) async throws {
    let response: Item = try await carrier.run(Echo.routes) { client in
      try await client.clientStreaming(Echo.collect) { (writer: MessageWriter<Item>) in
        for number in 0..<500 {
          let value = Bytes([UInt8](repeating: 1, count: number * 7))
          try await writer.write(Item(key: "\(number)", value: value))
        }
      }
    }
    #expect(response.key == "500 \(7 * 499 * 500 / 2)")
  }

  @Test(arguments: Carrier.allCases)
  func `a server stream arrives whole and in order`(carrier: Carrier) async throws {
    let numbers = try await carrier.run(Echo.routes) { client in
      let request = Item(key: "1000", value: Bytes([UInt8](repeating: 1, count: 2_000)))
      return try await client.serverStreaming(Echo.repeated, request) {
        (responses: MessageStream<Item>) in
        var numbers: [String] = []
        for try await item in responses { numbers.append(item.key) }
        return numbers
      }
    }
    #expect(numbers == (0..<1_000).map(String.init))
  }

  @Test(arguments: Carrier.allCases)
  func `nothing of a server stream stays when it is over`(carrier: Carrier) async throws {
    /// Holds a stream without keeping it.
    struct Held: Sendable { weak let messages: IncomingMessages? }
    try await carrier.run(Echo.routes) { client in
      let request = try Item(key: "3").serializedInSegments()
      let held = try await client.serverStream(Echo.repeated, request, options: CallOptions()) {
        messages in
        while try await messages.next() != nil {}
        return Held(messages: messages)
      }
      try await eventually(within: .seconds(20), "the end of the call's messages") {
        held.messages == nil
      }
    }
  }

  @Test(arguments: Carrier.allCases)
  func `a bidirectional call answers each message before the next`(carrier: Carrier) async throws {
    try await carrier.run(Echo.routes) { client in
      try await client.bidirectional(Echo.chat) {
        (writer: MessageWriter<Item>, responses: MessageStream<Item>) in
        var iterator = responses.makeAsyncIterator()
        for number in 0..<200 {
          try await writer.write(Item(key: "\(number)"))
          let response = try await iterator.next()
          #expect(response?.key == "\(number)")
        }
        writer.finish()
        #expect(try await iterator.next() == nil)
      }
    }
  }
}
