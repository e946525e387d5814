import NIOCore
import NIOPosix
import RPCClient
import RPCCore
import RPCServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HandlerExecutionTests {
  private typealias Item = Echo.Item
  private static let any = Address.tcp(host: "127.0.0.1", port: 0)

  /// Says on which kind of thread the caller runs.
  private static var thread: String {
    MultiThreadedEventLoopGroup.currentEventLoop == nil ? "pool" : "event loop"
  }

  /// Says where it began.
  private static let route = Route.unary(Echo.unary) { (_: Item, _) in Item(key: thread) }

  @Test(
    arguments: [
      (.pool, nil, "pool"),
      (.eventLoop, nil, "event loop"),
      (.pool, .eventLoop, "event loop"),
      (.eventLoop, .pool, "pool"),
    ] as [(HandlerExecution, HandlerExecution?, String)])
  func `a handler starts where its method's policy says, or else its server`(
    server: HandlerExecution, method: HandlerExecution?, start: String
  ) async throws {
    let server = Server(
      routes: [Self.route], logger: .silent,
      policies: [Echo.unary: MethodPolicy(execution: method)], handlerExecution: server)
    try await withServer(server, on: Self.any) { address in
      try await withClient(to: address, logger: .silent) { client in
        let item: Item = try await client.unary(Echo.unary, Item())
        #expect(item.key == start)
      }
    }
  }

  @Test
  func `a task with the client's executor runs on an event loop before and after a call`()
    async throws
  {
    try await withServer(Server(routes: Echo.routes, logger: .silent), on: Self.any) { address in
      try await withClient(to: address, logger: .silent) { client in
        try await withTaskExecutorPreference(client.taskExecutor) {
          #expect(Self.thread == "event loop")
          let item: Item = try await client.unary(Echo.unary, Item(key: "a"))
          #expect(item.key == "a")
          #expect(Self.thread == "event loop")
        }
      }
    }
  }

  @Test
  func `more tasks than run in one turn of an event loop all run`() async throws {
    let executor = LoopExecutor(loop: MultiThreadedEventLoopGroup.singleton.next())
    let turns = await withTaskGroup(of: Int.self, returning: Int.self) { group in
      for _ in 0..<2_000 {
        group.addTask(executorPreference: executor) {
          await Task.yield()
          return executor.loop.inEventLoop ? 1 : 0
        }
      }
      return await group.reduce(0, +)
    }
    #expect(turns == 2_000)
  }
}
