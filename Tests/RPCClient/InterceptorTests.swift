import Codec
import RPCClient
import RPCCore
import RPCServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct InterceptorTests {
  /// Writes down what it sees, and adds its name to the call's metadata.
  private final class Witness: ClientInterceptor {
    let name: String
    let journal: Journal

    init(_ name: String, _ journal: Journal) {
      self.name = name
      self.journal = journal
    }

    func intercept<R: Sendable>(
      _ call: ClientCallInfo, _ next: (ClientCallInfo) async throws -> R
    ) async throws -> R {
      var call = call
      call.options.metadata.add(name, for: "seen-by")
      journal.add("\(name) begins \(call.method.name)")
      do {
        let result = try await next(call)
        journal.add("\(name) ends")
        return result
      } catch let status as Status {
        journal.add("\(name) ends \(status.code)")
        throw status
      }
    }
  }

  private final class Journal: Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    func add(_ line: String) { state.withLock { $0.append(line) } }
  }

  private struct Refusal: ClientInterceptor {
    func intercept<R: Sendable>(
      _ call: ClientCallInfo, _ next: (ClientCallInfo) async throws -> R
    ) async throws -> R {
      throw Status(.permissionDenied, "not today")
    }
  }

  @Test
  func `interceptors run around a call and its attempts, the first one outermost`() async throws {
    let attempts = Counter()
    let route = Route.answer { _, context in
      if attempts.next() < 2 { throw Status(.unavailable, "gone") }
      let names = context.metadata.values(for: "seen-by").map { value in
        if case .text(let text) = value { text } else { "" }
      }
      return Item(key: names.joined(separator: " "))
    }
    let journal = Journal()
    try await withServer([route]) { address, _ in
      try await withTestClient(
        [address],
        {
          $0.interceptors = [Witness("a", journal), Witness("b", journal)]
          $0.retryPolicy = RetryPolicy()
        },
        { client in
          let answer = try await client.ask()
          #expect(answer == "a b")
        })
    }
    #expect(attempts.count == 3)
    #expect(journal.lines == ["a begins Read", "b begins Read", "b ends", "a ends"])
  }

  @Test
  func `interceptors see how a call ended, and until when a stream lasts`() async throws {
    let routes: [Route] = [
      .answer { _, _ in throw Status(.notFound, "no") },
      .serverStreaming(Methods.watch) { (item: Item, writer: MessageWriter<Item>, _) in
        try await writer.write(item)
      },
      .clientStreaming(Methods.collect) { (items: MessageStream<Item>, _) in
        for try await _ in items {}
        return Item()
      },
    ]
    let journal = Journal()
    try await withServer(routes) { address, _ in
      try await withTestClient(
        [address], { $0.interceptors = [Witness("a", journal)] },
        { client in
          await #expect(throws: Status.self) { try await client.ask() }
          try await client.serverStreaming(Methods.watch, Item()) {
            (responses: MessageStream<Item>) in
            for try await _ in responses { journal.add("a response") }
          }
          let _: Item = try await client.clientStreaming(Methods.collect) {
            (writer: MessageWriter<Item>) in
            journal.add("a request")
            try await writer.write(Item())
          }
        })
    }
    #expect(
      journal.lines == [
        "a begins Read", "a ends NOT_FOUND", "a begins Watch", "a response", "a ends",
        "a begins Collect", "a request", "a ends",
      ])
  }

  @Test
  func `an interceptor that refuses a call keeps it from the server and from those inside`()
    async throws
  {
    let calls = Counter()
    let route = Route.answer { item, _ in
      calls.next()
      return item
    }
    let journal = Journal()
    try await withServer([route]) { address, _ in
      try await withTestClient(
        [address],
        { $0.interceptors = [Witness("a", journal), Refusal(), Witness("b", journal)] },
        { client in
          let status = await #expect(throws: Status.self) { try await client.ask() }
          #expect(status?.code == .permissionDenied)
          #expect(client.snapshot().connections.isEmpty)
        })
    }
    #expect(calls.count == 0)
    #expect(journal.lines == ["a begins Read", "a ends PERMISSION_DENIED"])
  }
}
