import Logging
import RPCClient
import RPCCore

/// Connects over TCP, with or without TLS, or a Unix socket.
struct NetworkConnector: Connector {
  func connected<Result: Sendable>(
    to address: Address, tls: TLSClientConfiguration?,
    _ body: @Sendable (any Caller) async throws -> Result
  ) async throws -> Result {
    // What a person needs to know comes as a status; a log would only repeat it.
    let silent = Logger(label: "diyml") { _ in SwiftLogNoOpLogHandler() }
    var configuration = ClientConfiguration(addresses: [address])
    configuration.retryPolicy = RetryPolicy()
    return try await withClient(configuration, tls: tls, logger: silent) { client in
      try await body(client)
    }
  }
}
