import Codec
import Logging
import RPCClient
import RPCCore
import RPCLoopback
import RPCServer
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct InterceptorTests {
  private typealias Item = Echo.Item

  /// Writes down the calls that it sees, and with which code they ended.
  private struct Witness: ServerInterceptor {
    let name: String
    let journal: SharedState<[String]>

    func intercept(_ context: ServerContext, _ next: () async throws -> Void) async throws {
      journal.change { $0.append("\(name) begins \(context.method.name)") }
      do {
        try await next()
        journal.change { $0.append("\(name) ends OK") }
      } catch {
        journal.change { $0.append("\(name) ends \((error as? Status)?.code.description ?? "?")") }
        throw error
      }
    }
  }

  /// An interceptor out of a closure.
  private struct Around: ServerInterceptor {
    let body: @Sendable (ServerContext, () async throws -> Void) async throws -> Void

    func intercept(_ context: ServerContext, _ next: () async throws -> Void) async throws {
      try await body(context, next)
    }
  }

  private enum Color: ServerContextKey { typealias Value = String }

  private func run<R: Sendable>(
    _ interceptors: [any ServerInterceptor], routes: [Route] = Echo.routes,
    _ body: (Client) async throws -> R
  ) async throws -> R {
    try await withLoopback(
      routes: routes, logger: .silent, interceptors: interceptors, body)
  }

  /// Calls the method with one message, reads all responses, and returns how many there were.
  private func call(_ method: MethodDescriptor, _ client: Client) async throws -> Int {
    let request = try Item(key: method.kind == .clientStreaming ? "0" : "1").serializedInSegments()
    return try await client.stream(method, options: CallOptions()) { output, input in
      try await output.write(request)
      output.finish()
      var count = 0
      while try await input.next() != nil { count += 1 }
      return count
    }
  }

  private static let methods = [Echo.unary, Echo.collect, Echo.repeated, Echo.chat]

  @Test(arguments: methods)
  func `interceptors run around every kind of call, the first one outermost`(
    method: MethodDescriptor
  ) async throws {
    let journal = SharedState<[String]>([])
    let witnesses = [Witness(name: "a", journal: journal), Witness(name: "b", journal: journal)]
    let count = try await run(witnesses) { try await call(method, $0) }
    #expect(count == 1)
    #expect(
      journal.value == [
        "a begins \(method.name)", "b begins \(method.name)", "b ends OK", "a ends OK",
      ])
  }

  @Test(arguments: methods)
  func `an interceptor refuses a call before its handler runs`(
    method: MethodDescriptor
  ) async throws {
    let journal = SharedState<[String]>([])
    let refusal = Status(.permissionDenied, "not today")
    let interceptors: [any ServerInterceptor] = [
      Witness(name: "a", journal: journal), Around { _, _ in throw refusal },
      Witness(name: "never", journal: journal),
    ]
    let status = await #expect(throws: Status.self) {
      try await run(interceptors) { try await call(method, $0) }
    }
    #expect(status == refusal)
    #expect(journal.value == ["a begins \(method.name)", "a ends PERMISSION_DENIED"])
  }

  @Test
  func `what is left in the context reaches the handler, and trailers the caller`() async throws {
    let route = Route.unary(Echo.unary) { (_: Item, context) in
      Item(key: context[Color.self] ?? "none")
    }
    let response = ResponseMetadata()
    let painter = Around { context, next in
      #expect(context[Color.self] == nil)
      #expect(context.arrival <= .now)
      context[Color.self] = "green"
      try await next()
      context.response.trailers["seen"] = context.metadata["from"]
    }
    let item: Item = try await run([painter], routes: [route]) { client in
      try await client.unary(
        Echo.unary, Item(), options: CallOptions(metadata: ["from": "me"], response: response))
    }
    #expect(item.key == "green")
    #expect(response.trailers["seen"] == "me")
  }

  @Test
  func `an interceptor sees what the caller sees of an error nobody foresaw`() async throws {
    struct Secret: Error {}
    let journal = SharedState<[String]>([])
    let route = Route.unary(Echo.unary) { (_: Item, _) -> Item in throw Secret() }
    let status = await #expect(throws: Status.self) {
      try await run([Witness(name: "a", journal: journal)], routes: [route]) {
        try await call(Echo.unary, $0)
      }
    }
    #expect(status?.code == .internal)
    #expect(journal.value.last == "a ends INTERNAL")
  }

  @Test(arguments: [true, false])
  func `an interceptor sees that the deadline passed, whatever the handler made of it`(
    handlerThrows: Bool
  ) async throws {
    let journal = SharedState<[String]>([])
    let route = Route.unary(Echo.unary) { (item: Item, _) -> Item in
      do {
        try await Task.sleep(for: .seconds(60))
      } catch {
        if handlerThrows { throw error }
      }
      return item
    }
    let server = Server(
      routes: [route], logger: .silent, interceptors: [Witness(name: "a", journal: journal)])
    try await withServer(server, on: .tcp(host: "127.0.0.1", port: 0)) { address in
      // No client that keeps time itself: it would cancel.
      let socket = try RawSocket(address)
      let open = WireOpen(method: Echo.unary.path, timeoutMicroseconds: 50_000)
      try socket.send(
        RawFrames.hello() + RawFrames.open(1, open) + RawFrames.message(1))
      var replies = RawReplies()
      let ending = try await socket.frame(.end, &replies).ending
      #expect(ending.failure?.code == .deadlineExceeded)
    }
    #expect(journal.value.last == "a ends DEADLINE_EXCEEDED")
  }

  @Test
  func `an interceptor may end a call otherwise than its handler did`() async throws {
    let other = Status(.aborted, "on second thought")
    let status = await #expect(throws: Status.self) {
      let interceptor = Around { _, next in
        try await next()
        throw other
      }
      _ = try await run([interceptor]) {
        try await call(Echo.unary, $0)
      }
    }
    #expect(status == other)
  }

  @Test
  func `a call that an interceptor leaves out is a fault of the server`() async throws {
    let status = await #expect(throws: Status.self) {
      try await run([Around { _, _ in }]) { try await call(Echo.unary, $0) }
    }
    #expect(status?.code == .internal)
  }
}
