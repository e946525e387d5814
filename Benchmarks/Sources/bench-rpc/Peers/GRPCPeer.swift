import GRPCCore
import GRPCNIOTransportCore
import GRPCNIOTransportHTTP2Posix

/// grpc-swift-2 over its own NIO transport, in its default configuration.
///
/// Its messages are plain bytes, so that it is not charged for any codec.
enum GRPCPeer: EchoServer {
  private static let unary = MethodDescriptor(fullyQualifiedService: "bench.Echo", method: "Unary")
  private static let `repeat` = MethodDescriptor(
    fullyQualifiedService: "bench.Echo", method: "Repeat")
  private static let chat = MethodDescriptor(fullyQualifiedService: "bench.Echo", method: "Chat")

  private struct Serializer: MessageSerializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes {
      Bytes(message)
    }
  }

  private struct Deserializer: MessageDeserializer {
    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
      bytes.withUnsafeBytes { Array($0) }
    }
  }

  private struct Service: RegistrableRPCService {
    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
      router.registerHandler(
        forMethod: GRPCPeer.unary, deserializer: Deserializer(), serializer: Serializer()
      ) { request, _ in
        let request = try await ServerRequest(stream: request)
        return StreamingServerResponse(single: ServerResponse(message: request.message))
      }
      router.registerHandler(
        forMethod: GRPCPeer.repeat, deserializer: Deserializer(), serializer: Serializer()
      ) { request, _ in
        let request = try await ServerRequest(stream: request)
        return StreamingServerResponse { writer in
          for _ in 0..<Scenario.streamMessages { try await writer.write(request.message) }
          return [:]
        }
      }
      router.registerHandler(
        forMethod: GRPCPeer.chat, deserializer: Deserializer(), serializer: Serializer()
      ) { request, _ in
        StreamingServerResponse { writer in
          for try await message in request.messages { try await writer.write(message) }
          return [:]
        }
      }
    }
  }

  static func serve(ready: @escaping @Sendable (Int) -> Void) async throws {
    let server = GRPCServer(
      transport: .http2NIOPosix(
        address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext),
      services: [Service()])
    try await withThrowingTaskGroup { group in
      group.addTask { try await server.serve() }
      if let port = try await server.listeningAddress?.ipv4?.port { ready(port) }
      try await group.waitForAll()
    }
  }

  /// Gives `body` connections that are kept up meanwhile.
  static func withDriver(
    port: Int, connections: Int, _ body: @Sendable (TaskDriver) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup { group in
      var clients: [Connection] = []
      for _ in 0..<connections {
        let client = GRPCClient(
          transport: try .http2NIOPosix(
            target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext))
        group.addTask { try await client.runConnections() }
        clients.append(Connection(client: client))
      }
      try await body(TaskDriver(connections: clients))
      for connection in clients { connection.client.beginGracefulShutdown() }
      try await group.waitForAll()
    }
  }

  private struct Connection: EchoConnection {
    let client: GRPCClient<HTTP2ClientTransport.Posix>
    var executor: (any TaskExecutor)? { nil }

    func request(for scenario: Scenario) -> [UInt8] {
      [UInt8](repeating: 0x55, count: scenario.bytes)
    }

    func unary(_ payload: [UInt8]) async throws -> Int {
      try await client.unary(
        request: ClientRequest(message: payload), descriptor: GRPCPeer.unary,
        serializer: Serializer(), deserializer: Deserializer(), options: .defaults
      ) { try $0.message.count }
    }

    func receive(_ payload: [UInt8]) async throws -> Int {
      try await client.serverStreaming(
        request: ClientRequest(message: payload), descriptor: GRPCPeer.repeat,
        serializer: Serializer(), deserializer: Deserializer(), options: .defaults
      ) { try await Self.bytes(of: $0) }
    }

    func exchange(_ payload: [UInt8]) async throws -> Int {
      let request = StreamingClientRequest<[UInt8]> { writer in
        for _ in 0..<Scenario.streamMessages { try await writer.write(payload) }
      }
      return try await client.bidirectionalStreaming(
        request: request, descriptor: GRPCPeer.chat, serializer: Serializer(),
        deserializer: Deserializer(), options: .defaults
      ) { try await Self.bytes(of: $0) }
    }

    private static func bytes(of response: StreamingClientResponse<[UInt8]>) async throws -> Int {
      var bytes = 0
      for try await message in response.messages { bytes += message.count }
      return bytes
    }
  }
}
