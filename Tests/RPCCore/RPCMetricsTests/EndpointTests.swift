import Logging
import NIOCore
import NIOPosix
import RPCClient
import RPCCore
import RPCLoopback
import RPCMetrics
import RPCServices
import Testing

@Suite(.timeLimit(.minutes(1))) struct EndpointTests {
  private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// What the endpoint answers to one request, up to its end.
  private func answer(_ request: String, port: Int) async throws -> String {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { input, output in
      try await output.write(ByteBuffer(string: request))
      var text = ""
      for try await bytes in input { text += String(buffer: bytes) }
      return text
    }
  }

  @Test func `calls are counted by method and code, and shown over HTTP`() async throws {
    let registry = PrometheusRegistry()
    try await withLoopback(
      routes: [], logger: Self.silent, interceptors: [CallMetrics(factory: registry)],
      extensions: [StandardServices(files: [])]
    ) { client in
      let health = HealthClient(client)
      _ = try await health.check(HealthCheckRequest())
      await #expect(throws: Status.self) {
        _ = try await health.check(HealthCheckRequest(service: "no"))
      }
    }
    let endpoint = MetricsEndpoint(logger: Self.silent) { registry.text }
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await endpoint.run(host: "127.0.0.1", port: 0) { continuation.yield($0) }
      }
      var iterator = ports.makeAsyncIterator()
      let port = try #require(await iterator.next())
      let text = try await answer("GET /metrics HTTP/1.1\r\n\r\n", port: port)
      #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
      let method = #"method="diyml.rpc.v1.Health/Check""#
      #expect(text.contains("diyml_rpc_calls_total{\(method),code=\"OK\"} 1\n"))
      #expect(text.contains("diyml_rpc_calls_total{\(method),code=\"NOT_FOUND\"} 1\n"))
      #expect(text.contains("diyml_rpc_call_seconds_count{\(method)} 2\n"))
      #expect(text.contains("diyml_rpc_calls_running 0\n"))
      let other = try await answer("GET / HTTP/1.1\r\n\r\n", port: port)
      #expect(other.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
      group.cancelAll()
    }
  }
}
