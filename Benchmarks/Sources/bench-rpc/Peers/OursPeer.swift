import Codec
import Logging
import RPCClient
import RPCCore
import RPCServer

/// Our own RPC, through what the generator writes for the service.
enum OursPeer: EchoServer {
  /// As by default, but as many calls on one connection as the scenarios have.
  static var limits: Limits {
    var limits = Limits()
    limits.streamsMax = 256
    limits.connectionsMax = 20_000
    limits.connectionsPerAddressMax = 20_000
    return limits
  }

  private struct Service: EchoService {
    func unary(_ request: Payload, context: ServerContext) async throws -> Payload { request }

    func `repeat`(
      _ request: Payload, responses: MessageWriter<Payload>, context: ServerContext
    ) async throws {
      let answer = Payload(content: request.content)
      for _ in 0..<request.count { try await responses.write(answer) }
    }

    func chat(
      _ requests: MessageStream<Payload>, responses: MessageWriter<Payload>,
      context: ServerContext
    ) async throws {
      for try await request in requests { try await responses.write(request) }
    }
  }

  static func serve(ready: @escaping @Sendable (Int) -> Void) async throws {
    try await serve(.eventLoop, ready: ready)
  }

  fileprivate static func serve(
    _ execution: HandlerExecution, ready: @escaping @Sendable (Int) -> Void
  ) async throws {
    let server = Server(
      routes: Service().routes, limits: limits,
      logger: Logger(label: "bench") { _ in
        SwiftLogNoOpLogHandler()
      }, handlerExecution: execution)
    try await withThrowingTaskGroup { group in
      group.addTask { try await server.run(on: [.tcp(host: "127.0.0.1", port: 0)]) }
      for case .tcp(_, let port) in try await server.boundAddresses { ready(port) }
      try await group.waitForAll()
    }
  }

  static func driver(port: Int, connections: Int, onLoops: Bool) -> TaskDriver {
    TaskDriver(
      connections: (0..<connections).map { _ in
        var configuration = ClientConfiguration(addresses: [.tcp(host: "127.0.0.1", port: port)])
        configuration.limits = limits
        configuration.connectionsPerAddressMax = 1
        let client = Client(configuration)
        return Connection(
          client: EchoClient(client), executor: onLoops ? client.taskExecutor : nil)
      })
  }

  private struct Connection: EchoConnection {
    let client: EchoClient
    let executor: (any TaskExecutor)?

    func request(for scenario: Scenario) -> Payload {
      let content = Bytes([UInt8](repeating: 0x55, count: scenario.bytes))
      let repeats = scenario.kind == .serverStreaming ? Scenario.streamMessages : 0
      return Payload(content: content, count: UInt32(repeats))
    }

    func unary(_ request: Payload) async throws -> Int {
      try await client.unary(request).content.count
    }

    func receive(_ request: Payload) async throws -> Int {
      try await client.repeat(request) { try await Self.bytes(of: $0) }
    }

    func exchange(_ request: Payload) async throws -> Int {
      try await client.chat { requests, responses in
        async let bytes = Self.bytes(of: responses)
        for _ in 0..<Scenario.streamMessages { try await requests.write(request) }
        requests.finish()
        return try await bytes
      }
    }

    private static func bytes(of answers: MessageStream<Payload>) async throws -> Int {
      var bytes = 0
      for try await answer in answers { bytes += answer.content.count }
      return bytes
    }
  }
}

/// Our own RPC in its default configuration.
enum OursOnPoolPeer: EchoServer {
  static func serve(ready: @escaping @Sendable (Int) -> Void) async throws {
    try await OursPeer.serve(.pool, ready: ready)
  }
}
