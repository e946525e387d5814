import Codec
import Logging
import RPCClient
import RPCCore
import RPCServer
import Synchronization
import Testing

/// What a call carries beside its messages, and how it fails, over every carrier.
@Suite(.timeLimit(.minutes(1)))
struct CallTests {
  typealias Item = Echo.Item
  private static let method = MethodDescriptor(service: "test.One", name: "Do", kind: .unary)
  private static let download = MethodDescriptor(
    service: "test.One", name: "Download", kind: .serverStreaming)

  private func route(
    _ handler: @escaping @Sendable (Item, ServerContext) async throws -> Item
  ) -> [Route] {
    [.unary(Self.method, handler)]
  }

  private func call(_ client: Client, _ options: CallOptions = CallOptions()) async throws -> Item {
    try await client.unary(Self.method, Item(key: "q"), options: options)
  }

  // MARK: Metadata

  @Test(arguments: Carrier.allCases)
  func `metadata goes both ways`(carrier: Carrier) async throws {
    var sent: Metadata = ["Authorization": "Bearer abc"]
    sent.add([0, 255] as Bytes, for: "x-bin")
    let options = CallOptions(metadata: sent, idempotencyKey: "key", response: ResponseMetadata())
    let routes = route { _, context in
      context.response.head = context.metadata
      context.response.trailers = ["key": context.idempotencyKey ?? ""]
      return Item(key: context.metadata["authorization"] ?? "")
    }
    let response = try await carrier.run(routes) { try await call($0, options) }
    #expect(response.key == "Bearer abc")
    #expect(options.response?.head == sent)
    #expect(options.response?.trailers == ["key": "key"])
  }

  @Test(arguments: Carrier.allCases)
  func `a handler knows its call`(carrier: Carrier) async throws {
    let routes = route { _, context in
      #expect(context.method == Self.method)
      #expect(ServerContext.current?.requestID == context.requestID)
      return Item(key: context.peer)
    }
    let peer = try await carrier.run(routes) { try await call($0) }.key
    switch carrier {
    case .loopback: #expect(peer == "loopback")
    case .tcp, .tls, .loops: #expect(peer.hasPrefix("127.0.0.1:"))
    case .unix: #expect(peer.hasPrefix("unix:"))
    }
  }

  @Test(arguments: [(true, true), (false, true), (false, false)])
  func `metadata past a limit ends the call and not the connection`(
    sentTooMuch: Bool, acceptedByClient: Bool
  ) async throws {
    var limits = Limits()
    limits.metadataBytesMax = 100
    var clientLimits = Limits()
    clientLimits.metadataBytesMax = acceptedByClient ? 8_192 : 100
    let metadata: Metadata = ["k": String(repeating: "v", count: sentTooMuch ? 68 : 67)]
    let routes = route { item, _ in item }
    try await Carrier.tcp.run(routes, limits: limits, clientLimits: clientLimits) { client in
      let options = CallOptions(metadata: metadata)
      if sentTooMuch {
        let status = await #expect(throws: Status.self) { try await call(client, options) }
        #expect(status?.code == .resourceExhausted)
        #expect(
          status?.details == [.limitExceeded(name: "metadata bytes", value: 101, limit: 100)])
      } else {
        _ = try await call(client, options)
      }
      _ = try await call(client)
    }
  }

  // MARK: Errors

  @Test(arguments: Carrier.allCases)
  func `a thrown status arrives as it is`(carrier: Carrier) async throws {
    let thrown = Status(
      .notFound, "no project \"birds\"", details: [.resource(kind: "project", name: "birds")])
    let status = await #expect(throws: Status.self) {
      try await carrier.run(route { _, _ in throw thrown }) { try await call($0) }
    }
    #expect(status == thrown)
  }

  @Test(arguments: Carrier.allCases)
  func `an unforeseen error reaches the log in full and the client by its id`(
    carrier: Carrier
  ) async throws {
    struct Secret: Error { let password = "hunter2" }
    let log = LogCollector()
    let status = await #expect(throws: Status.self) {
      try await carrier.run(route { _, _ in throw Secret() }, logger: log.logger) {
        try await call($0)
      }
    }
    #expect(status?.code == .internal)
    #expect(status?.message.contains("hunter2") == false)
    let entry = try #require(log.entries.first { $0.message == "a handler failed" })
    #expect(entry.metadata["error"]?.description.contains("hunter2") == true)
    let id = try #require(entry.metadata["error-id"]?.description)
    #expect(status?.message.contains(id) == true)
  }

  @Test(arguments: Carrier.allCases)
  func `an unknown method and a bad message end the call and not the connection`(
    carrier: Carrier
  ) async throws {
    try await carrier.run(Echo.routes) { client in
      for (path, named) in [("test.Echo/None", "no method None"), ("none.At/All", "no service")] {
        let parts = path.split(separator: "/").map(String.init)
        let method = MethodDescriptor(service: parts[0], name: parts[1], kind: .unary)
        let status = await #expect(throws: Status.self) {
          let _: Item = try await client.unary(method, Item())
        }
        #expect(status?.code == .unimplemented)
        #expect(status?.message.contains(named) == true)
      }
      let garbled = await #expect(throws: Status.self) {
        _ = try await client.unary(
          Echo.unary, SegmentedBytes([0xFF, 0xFF]), options: CallOptions())
      }
      #expect(garbled?.code == .invalidArgument)
      #expect(garbled?.message.contains("MetadataEntry") == true)
      let response: Item = try await client.unary(Echo.unary, Item(key: "still here"))
      #expect(response.key == "still here")
    }
  }

  @Test(arguments: [(1_000, true), (1_001, false)])
  func `a request stops at the server's limit`(bytes: Int, accepted: Bool) async throws {
    var limits = Limits()
    limits.messageBytesMax = 1_000
    try await Carrier.tcp.run(Echo.routes, limits: limits) { client in
      try await client.connect()
      let overhead = try Item(value: Bytes([UInt8](repeating: 1, count: 900))).serialized().count
      let value = Bytes([UInt8](repeating: 1, count: bytes - (overhead - 900)))
      if accepted {
        let _: Item = try await client.unary(Echo.unary, Item(value: value))
      } else {
        let status = await #expect(throws: Status.self) {
          let _: Item = try await client.unary(Echo.unary, Item(value: value))
        }
        #expect(
          status?.details == [.limitExceeded(name: "message bytes", value: 1_001, limit: 1_000)])
      }
      let _: Item = try await client.unary(Echo.unary, Item(key: "still here"))
    }
  }

  @Test
  func `a response past the client's limit ends the call and not the connection`() async throws {
    var clientLimits = Limits()
    clientLimits.messageBytesMax = 1_000
    let routes = route { item, _ in
      Item(value: Bytes([UInt8](repeating: 1, count: item.key == "q" ? 2_000 : 10)))
    }
    try await Carrier.tcp.run(routes, clientLimits: clientLimits) { client in
      let status = await #expect(throws: Status.self) { try await call(client) }
      #expect(status?.code == .resourceExhausted)
      let _: Item = try await client.unary(Self.method, Item(key: "small"))
    }
  }

  @Test(arguments: Carrier.allCases)
  func `a server may answer before it has read everything`(carrier: Carrier) async throws {
    let method = MethodDescriptor(service: "t.T", name: "Early", kind: .clientStreaming)
    let routes: [Route] = [
      .clientStreaming(method) { (items: MessageStream<Item>, _) in
        for try await _ in items { break }
        return Item(key: "enough")
      }
    ]
    try await carrier.run(routes) { client in
      let response: Item = try await client.clientStreaming(method) {
        (writer: MessageWriter<Item>) in
        for _ in 0..<10_000 {
          try await writer.write(Item(value: Bytes([UInt8](repeating: 1, count: 10_000))))
        }
      }
      #expect(response.key == "enough")
    }
  }

  @Test(arguments: Carrier.allCases)
  func `a stream that fails gives its messages' reader the status`(carrier: Carrier) async throws {
    let routes: [Route] = [
      .serverStreaming(Self.download) { (_: Item, responses: MessageWriter<Item>, _) in
        try await responses.write(Item(key: "first"))
        throw Status(.dataLoss, "the rest is gone")
      }
    ]
    try await carrier.run(routes) { client in
      let status = await #expect(throws: Status.self) {
        try await client.serverStreaming(Self.download, Item()) {
          (responses: MessageStream<Item>) in
          for try await _ in responses {}
        }
      }
      #expect(status == Status(.dataLoss, "the rest is gone"))
    }
  }

  // MARK: Time

  @Test(arguments: Carrier.allCases)
  func `a deadline ends the call on both sides`(carrier: Carrier) async throws {
    let (cancelled, wasCancelled) = AsyncStream<Bool>.makeStream()
    let hasStarted = Mutex(false)
    let routes = route { item, context in
      hasStarted.withLock { $0 = true }
      #expect(context.deadline != nil)
      do {
        try await Task.sleep(for: .seconds(30))
      } catch {
        wasCancelled.yield(Task.isCancelled)
        throw error
      }
      return item
    }
    try await carrier.run(routes) { client in
      try await client.connect()
      let start = ContinuousClock.now
      let status = await #expect(throws: Status.self) {
        try await call(client, CallOptions(timeout: .milliseconds(100)))
      }
      #expect(status?.code == .deadlineExceeded)
      #expect(ContinuousClock.now - start < .seconds(20))
      // On a busy machine the time may be up before the handler has started.
      guard hasStarted.withLock({ $0 }) else { return }
      var iterator = cancelled.makeAsyncIterator()
      #expect(await iterator.next() == true)
    }
  }

  @Test
  func `a deadline that has passed is not even sent`() async throws {
    try await Carrier.loopback.run(route { item, _ in item }) { client in
      let status = await #expect(throws: Status.self) {
        try await call(client, CallOptions(timeout: .zero))
      }
      #expect(status?.code == .deadlineExceeded)
      #expect(status?.isUnprocessed == true)
    }
  }

  @Test
  func `a handler's own calls inherit its deadline`() async throws {
    let inner = route { _, context in
      Item(key: context.deadline == nil ? "none" : "some")
    }
    let answer = try await Carrier.loopback.run(inner) { innerClient in
      try await Carrier.loopback.run(route { _, _ in try await call(innerClient) }) { client in
        let without = try await call(client).key
        let with = try await call(client, CallOptions(timeout: .seconds(20))).key
        return [without, with]
      }
    }
    #expect(answer == ["none", "some"])
  }

  // MARK: Cancellation

  @Test(arguments: Carrier.allCases)
  func `cancelling the caller cancels the handler`(carrier: Carrier) async throws {
    let (events, event) = AsyncStream<String>.makeStream()
    let routes = route { item, _ in
      event.yield("started")
      do {
        try await Task.sleep(for: .seconds(30))
      } catch {
        event.yield("cancelled")
        throw error
      }
      return item
    }
    try await carrier.run(routes) { client in
      var iterator = events.makeAsyncIterator()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(throws: CancellationError.self) { _ = try await call(client) }
        }
        #expect(await iterator.next() == "started")
        group.cancelAll()
        try await group.waitForAll()
      }
      #expect(await iterator.next() == "cancelled")
    }
  }

  @Test(arguments: Carrier.allCases)
  func `leaving a stream early cancels the handler`(carrier: Carrier) async throws {
    let (ends, end) = AsyncStream<Bool>.makeStream()
    let routes: [Route] = [
      .serverStreaming(Self.download) { (item: Item, responses: MessageWriter<Item>, _) in
        do {
          while true { try await responses.write(item) }
        } catch {
          end.yield(Task.isCancelled)
          throw error
        }
      }
    ]
    try await carrier.run(routes) { client in
      let count = try await client.serverStreaming(Self.download, Item()) {
        (responses: MessageStream<Item>) in
        var count = 0
        for try await _ in responses {
          count += 1
          if count == 10 { break }
        }
        return count
      }
      #expect(count == 10)
      var iterator = ends.makeAsyncIterator()
      #expect(await iterator.next() == true)
    }
  }
}

/// Keeps what is logged.
final class LogCollector: Sendable {
  struct Entry: Sendable {
    let message: String
    let metadata: Logger.Metadata
  }

  private struct Handler: LogHandler {
    let collector: LogCollector
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let entry = Entry(message: event.message.description, metadata: event.metadata ?? [:])
      collector.state.withLock { $0.append(entry) }
    }
  }

  private let state = Mutex<[Entry]>([])

  var entries: [Entry] { state.withLock { $0 } }
  var logger: Logger { Logger(label: "test") { _ in Handler(collector: self) } }
}
