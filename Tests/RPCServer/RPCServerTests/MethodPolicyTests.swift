import Codec
import RPCClient
import RPCCore
import RPCServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MethodPolicyTests {
  private typealias Item = Echo.Item
  private static let any = Address.tcp(host: "127.0.0.1", port: 0)

  /// Handlers that tell that they run, and return when they are told to.
  private struct Workshop {
    let started: AsyncStream<String>
    let route: Route
    private let release: AsyncStream<Void>.Continuation

    init() {
      let (started, start) = AsyncStream<String>.makeStream()
      let (releases, release) = AsyncStream<Void>.makeStream()
      self.started = started
      self.release = release
      route = .unary(Echo.unary) { (item: Item, _) in
        start.yield(item.key)
        for await _ in releases { break }
        try Task.checkCancellation()
        return item
      }
    }

    func finishOne() { release.yield() }
  }

  private func withPolicy<R: Sendable>(
    _ policy: MethodPolicy, _ routes: [Route] = Echo.routes, _ body: (Client) async throws -> R
  ) async throws -> R {
    let server = Server(routes: routes, logger: .silent, policies: [Echo.unary: policy])
    return try await withServer(server, on: Self.any) { address in
      try await withClient(to: address, logger: .silent, body)
    }
  }

  private func call(_ client: Client, _ key: String, timeout: Duration? = nil) async throws
    -> String
  {
    let item: Item = try await client.unary(
      Echo.unary, Item(key: key), options: CallOptions(timeout: timeout))
    return item.key
  }

  @Test
  func `calls of a method wait for each other, and one too many is refused`() async throws {
    let workshop = Workshop()
    let policy = MethodPolicy(handlersMax: 1, waitingMax: 1)
    try await withPolicy(policy, [workshop.route]) { client in
      var started = workshop.started.makeAsyncIterator()
      async let first = call(client, "first")
      #expect(await started.next() == "first")
      try await withThrowingTaskGroup(of: Result<String, Status>.self) { group in
        for key in ["a", "b"] {
          group.addTask {
            do {
              return .success(try await call(client, key))
            } catch let status as Status {
              return .failure(status)
            }
          }
        }
        // One of the two waits, so the other's refusal comes first.
        guard case .failure(let refusal)? = try await group.next() else {
          Issue.record("nothing was refused")
          return
        }
        #expect(refusal.code == .resourceExhausted)
        #expect(refusal.isUnprocessed)
        workshop.finishOne()
        let next = try #require(await started.next())
        workshop.finishOne()
        #expect(try await group.next()?.get() == next)
      }
      let firstAnswer = try await first
      #expect(firstAnswer == "first")
      async let last = call(client, "last")
      #expect(await started.next() == "last")
      workshop.finishOne()
      let lastAnswer = try await last
      #expect(lastAnswer == "last")
    }
  }

  @Test
  func `a call that waits ends at its deadline and leaves its place`() async throws {
    let workshop = Workshop()
    let policy = MethodPolicy(handlersMax: 1, waitingMax: 1)
    try await withPolicy(policy, [workshop.route]) { client in
      var started = workshop.started.makeAsyncIterator()
      async let first = call(client, "first")
      #expect(await started.next() == "first")
      for _ in 0..<2 {
        let status = await #expect(throws: Status.self) {
          _ = try await call(client, "late", timeout: .milliseconds(50))
        }
        #expect(status?.code == .deadlineExceeded)
      }
      workshop.finishOne()
      let firstAnswer = try await first
      #expect(firstAnswer == "first")
    }
  }

  @Test
  func `calls that wait leave their places when their connection is lost`() async throws {
    let workshop = Workshop()
    let policy = MethodPolicy(handlersMax: 1, waitingMax: 2)
    let server = Server(
      routes: [workshop.route], logger: .silent, policies: [Echo.unary: policy])
    try await withServer(server, on: Self.any) { address in
      try await withClient(to: address, logger: .silent) { client in
        var started = workshop.started.makeAsyncIterator()
        async let first = call(client, "first")
        #expect(await started.next() == "first")
        let socket = try RawSocket(address)
        try socket.send(
          RawFrames.hello() + RawFrames.open(1, Echo.unary) + RawFrames.message(1)
            + RawFrames.open(2, Echo.unary) + RawFrames.message(2)
            + RawFrames.open(3, Echo.unary) + RawFrames.message(3))
        var replies = RawReplies()
        let refused = try await socket.frame(.end, &replies)
        #expect(refused.header.stream == StreamID(3))
        #expect(refused.ending.failure?.code == .resourceExhausted)
        socket.shutDown()
        #expect(try await socket.readToEnd().isEmpty)
        // The peer sees the end before the server has done with the connection.
        try await eventually(within: .seconds(20), "the end of the lost connection") {
          await server.snapshot().connections.count == 1
        }
        async let second = call(client, "second")
        workshop.finishOne()
        let firstAnswer = try await first
        #expect(firstAnswer == "first")
        #expect(await started.next() == "second")
        workshop.finishOne()
        let secondAnswer = try await second
        #expect(secondAnswer == "second")
      }
    }
  }

  @Test(arguments: [(1_000, true), (1_001, false)])
  func `a request stops at its method's limit`(bytes: Int, isAccepted: Bool) async throws {
    let request = Item(value: Bytes([UInt8](repeating: 1, count: bytes - 3)))
    #expect(try request.serialized().count == bytes)
    try await withPolicy(MethodPolicy(requestBytesMax: 1_000)) { client in
      do {
        let _: Item = try await client.unary(Echo.unary, request)
        #expect(isAccepted)
      } catch let status as Status {
        #expect(!isAccepted)
        #expect(
          status.details == [.limitExceeded(name: "message bytes", value: 1_001, limit: 1_000)])
      }
      // Other methods keep the connection's limit.
      let count = try await client.serverStreaming(
        Echo.repeated, Item(key: "1", value: request.value)
      ) { (items: MessageStream<Item>) in
        var count = 0
        for try await _ in items { count += 1 }
        return count
      }
      #expect(count == 1)
    }
  }
}
