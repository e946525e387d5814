import Codec
import RPCClient
import RPCCore
import RPCServer
import Synchronization
import Testing

/// Servers that leave while clients arrive.
@Suite(.timeLimit(.minutes(2)))
struct DrainTests {
  private typealias Item = Echo.Item
  private static let rounds = 20
  private static let clients = 12

  /// Counts the calls that its handler saw.
  private final class Counting: Sendable {
    let seen = Atomic(0)

    var routes: [Route] {
      [
        .unary(Echo.unary) { (item: Item, _) in
          self.seen.add(1, ordering: .relaxed)
          return item
        }
      ]
    }
  }

  @Test(arguments: [Carrier.tcp, .unix])
  func `a drain loses no call of clients that connect all the time`(carrier: Carrier) async throws {
    for _ in 0..<Self.rounds {
      let handlers = Counting()
      let server = Server(routes: handlers.routes, logger: .silent)
      let succeeded = try await withTemporaryFolder { folder in
        try await withThrowingTaskGroup(of: Int.self) { group in
          let asked: Address =
            carrier == .unix ? .unix(path: folder + "/s") : .tcp(host: "127.0.0.1", port: 0)
          group.addTask {
            try await server.run(on: [asked])
            return 0
          }
          let address = try await server.boundAddresses[0]
          let (calls, call) = AsyncStream<Void>.makeStream()
          for _ in 0..<Self.clients {
            group.addTask { try await callUntilRefused(at: address, call) }
          }
          var iterator = calls.makeAsyncIterator()
          for _ in 0..<Self.clients { await iterator.next() }
          await server.drain(within: .seconds(20))
          return try await group.reduce(0, +)
        }
      }
      #expect(succeeded >= Self.clients)
      // None was both seen by a handler and reported as not processed.
      #expect(handlers.seen.load(ordering: .relaxed) == succeeded)
    }
  }

  /// The handlers are cancelled a little before the connections close: what they make of it must not
  /// look as if the client had cancelled.
  @Test func `calls that a hard stop cuts off end as unavailable`() async throws {
    for _ in 0..<Self.rounds {
      let (starts, start) = AsyncStream<Void>.makeStream()
      let hang = Route.unary(Echo.unary) { (item: Item, _) in
        start.yield()
        try await Task.sleep(for: .seconds(60))
        return item
      }
      let server = Server(routes: [hang], logger: .silent)
      try await withThrowingTaskGroup(of: Void.self) { group in
        let serving = Task { try await server.run(on: [.tcp(host: "127.0.0.1", port: 0)]) }
        let address = try await server.boundAddresses[0]
        for _ in 0..<Self.clients {
          group.addTask {
            try await withClient(to: address, logger: .silent) { client in
              let error = await #expect(throws: Status.self) {
                let _: Item = try await client.unary(Echo.unary, Item(key: ""))
              }
              #expect(error?.code == .unavailable, "\(String(describing: error))")
            }
          }
        }
        var iterator = starts.makeAsyncIterator()
        for _ in 0..<Self.clients { await iterator.next() }
        serving.cancel()
        try await serving.value
        try await group.waitForAll()
      }
    }
  }

  /// Makes each call on a connection of its own; returns how many succeeded before one was refused.
  private func callUntilRefused(
    at address: Address, _ report: AsyncStream<Void>.Continuation
  ) async throws -> Int {
    var succeeded = 0
    while true {
      do {
        let number = succeeded
        try await withClient(to: address, logger: .silent) { client in
          let item: Item = try await client.unary(Echo.unary, Item(key: "\(number)"))
          #expect(item.key == "\(number)")
        }
        succeeded += 1
        report.yield()
      } catch let status as Status {
        #expect(status.code == .unavailable)
        #expect(status.isUnprocessed, "\(status)")
        return succeeded
      }
    }
  }
}
