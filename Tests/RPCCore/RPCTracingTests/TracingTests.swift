import Codec
import Logging
import RPCClient
import RPCCore
import RPCServer
import Synchronization
import Testing
import Tracing

@testable import RPCTracing

/// Spans that have ended.
private final class Spans: Sendable {
  private let ended = Mutex<[FinishedSpan]>([])

  var all: [FinishedSpan] { ended.withLock { $0 } }
  var tracer: SpanLog { SpanLog { span in self.ended.withLock { $0.append(span) } } }

  func only(_ kind: SpanKind, _ name: String) throws -> FinishedSpan {
    let found = all.filter { $0.kind == kind && $0.name == name }
    #expect(found.count == 1)
    return try #require(found.first)
  }
}

extension FinishedSpan {
  fileprivate var code: SpanAttribute? {
    var code: SpanAttribute?
    attributes.forEach { if $0 == "rpc.diyml.status_code" { code = $1 } }
    return code
  }
}

@Suite(.timeLimit(.minutes(1))) struct TracingTests {
  private typealias Item = WireMetadataEntry

  private static let near = MethodDescriptor(service: "t.Near", name: "Call", kind: .unary)
  private static let far = MethodDescriptor(service: "t.Far", name: "Call", kind: .unary)
  private static let fail = MethodDescriptor(service: "t.Near", name: "Fail", kind: .unary)
  private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
  private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// Serves routes while `body` calls them.
  private func serving<R: Sendable>(
    _ routes: [Route], _ tracer: SpanLog?, _ body: (Address) async throws -> R
  ) async throws -> R {
    let server = Server(
      routes: routes, logger: Self.logger,
      interceptors: tracer.map { [ServerTracing(tracer: $0)] } ?? [])
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [.tcp(host: "127.0.0.1", port: 0)]) }
      let result: Result<R, any Error>
      do {
        result = .success(try await body(try await server.boundAddresses[0]))
      } catch {
        result = .failure(error)
      }
      await server.drain(within: .seconds(10))
      try await group.waitForAll()
      return try result.get()
    }
  }

  private func calling<R: Sendable>(
    _ address: Address, _ tracer: SpanLog?, _ body: (Client) async throws -> R
  ) async throws -> R {
    var configuration = ClientConfiguration(addresses: [address])
    if let tracer { configuration.interceptors = [ClientTracing(tracer: tracer)] }
    return try await withClient(configuration, logger: Self.logger, body)
  }

  /// A near server whose handler calls a far one, which says what it knows of the trace: its parent
  /// and, behind a blank, its state.
  private func chain(
    _ spans: Spans, traced: Bool = true, _ options: CallOptions
  ) async throws -> String {
    let tracer = traced ? spans.tracer : nil
    let told = Route.unary(Self.far) { (_: Item, context) in
      Item(key: "\(context.trace) \(context.metadata["tracestate"] ?? "")")
    }
    return try await serving([told], tracer) { far in
      try await calling(far, tracer) { onward in
        let passing = Route.unary(Self.near) { (item: Item, _) -> Item in
          try await onward.unary(Self.far, item)
        }
        return try await serving([passing], tracer) { near in
          try await calling(near, nil) { client in
            let answer: Item = try await client.unary(Self.near, Item(key: ""), options: options)
            return answer.key
          }
        }
      }
    }
  }

  @Test func `a call, and the calls of its handler, are one trace`() async throws {
    let spans = Spans()
    var options = CallOptions(trace: Self.parent)
    options.metadata["tracestate"] = "a=b"
    let told = try await chain(spans, options)
    let served = try spans.only(.server, "t.Near/Call")
    let called = try spans.only(.client, "t.Far/Call")
    let servedFar = try spans.only(.server, "t.Far/Call")
    #expect(served.traceID == "0af7651916cd43dd8448eb211c80319c")
    #expect(served.parentID == "b7ad6b7169203331")
    #expect(called.traceID == served.traceID && called.parentID == served.spanID)
    #expect(servedFar.traceID == served.traceID && servedFar.parentID == called.spanID)
    #expect(told == "00-\(served.traceID)-\(called.spanID)-01 a=b")
    for span in spans.all {
      #expect(span.code == .int64(0) && span.status == nil)
      #expect(span.durationNanoseconds < 60_000_000_000)
    }
  }

  @Test func `without a tracer a trace is passed on as it came`() async throws {
    let spans = Spans()
    var options = CallOptions(trace: Self.parent)
    options.metadata["tracestate"] = "a=b"
    #expect(try await chain(spans, traced: false, options) == "\(Self.parent) a=b")
    #expect(try await chain(spans, traced: false, CallOptions()) == " ")
    #expect(spans.all.isEmpty)
  }

  @Test func `a trace that its caller does not record is passed on and not recorded`()
    async throws
  {
    let spans = Spans()
    let told = try await chain(spans, CallOptions(trace: Self.parent.dropLast() + "0"))
    #expect(told.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-"))
    #expect(told.hasSuffix("-00 "))
    #expect(spans.all.isEmpty)
  }

  @Test(arguments: ["nonsense", "00-" + String(repeating: "0", count: 52), "é\"\\"])
  func `a call whose trace makes no sense begins a new one`(trace: String) async throws {
    let spans = Spans()
    var options = CallOptions(trace: trace)
    options.metadata["tracestate"] = "no state"
    let told = try await chain(spans, options)
    let served = try spans.only(.server, "t.Near/Call")
    #expect(served.parentID == nil)
    #expect(told.hasPrefix("00-\(served.traceID)-") && told.hasSuffix("-01 "))
  }

  @Test(arguments: [
    (StatusCode.notFound, false), (.internal, true), (.unavailable, true), (.aborted, false),
  ])
  func `a failure has its code, and marks the span of the side that is to blame`(
    code: StatusCode, isServersFault: Bool
  ) async throws {
    let spans = Spans()
    let route = Route.unary(Self.fail) { (_: Item, _) -> Item in throw Status(code, "so it is") }
    try await serving([route], spans.tracer) { address in
      try await calling(address, spans.tracer) { client in
        _ = await #expect(throws: Status.self) {
          let _: Item = try await client.unary(Self.fail, Item())
        }
      }
    }
    let served = try spans.only(.server, "t.Near/Fail")
    let called = try spans.only(.client, "t.Near/Fail")
    #expect(served.code == .int64(Int64(code.rawValue)) && called.code == served.code)
    #expect(served.status?.code == (isServersFault ? .error : nil))
    #expect(called.status == SpanStatus(code: .error, message: "so it is"))
  }

  @Test func `what no tracer was chosen for costs no span`() async throws {
    let route = Route.unary(Self.near) { (_: Item, context) in Item(key: context.trace) }
    let server = Server(routes: [route], logger: Self.logger, interceptors: [ServerTracing()])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [.tcp(host: "127.0.0.1", port: 0)]) }
      var configuration = ClientConfiguration(addresses: [try await server.boundAddresses[0]])
      configuration.interceptors = [ClientTracing()]
      try await withClient(configuration, logger: Self.logger) { client in
        let plain: Item = try await client.unary(Self.near, Item())
        #expect(plain.key.isEmpty)
        let options = CallOptions(trace: Self.parent)
        let traced: Item = try await client.unary(Self.near, Item(), options: options)
        #expect(traced.key == Self.parent)
      }
      await server.drain(within: .seconds(10))
      try await group.waitForAll()
    }
  }
}
