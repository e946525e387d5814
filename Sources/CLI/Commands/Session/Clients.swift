package import API
import Logging
import RPCClient
package import RPCCore

/// The clients of one connection, with what each call is to carry.
package struct Clients: Sendable {
  package let auth: AuthClient
  package let data: DataClient
  package let training: TrainingClient
  package let publishing: PublishingClient
  package let inference: InferenceClient
  /// For calls with one answer: the token, and a limit of a minute.
  package let options: CallOptions
  /// For streams, which may take as long as they need: the token alone.
  package let streamOptions: CallOptions

  /// The same for a call that changes something, with a new idempotency key: when its answer is lost,
  /// it is made again, and the server does once what it was asked for.
  package var keyedOptions: CallOptions {
    var options = options
    options.idempotencyKey = CallOptions.newIdempotencyKey()
    return options
  }

  private static let callTimeout = Duration.seconds(60)

  /// Makes clients that send `token` with each call, if there is one.
  package init(_ caller: any Caller, token: String?) {
    auth = AuthClient(caller)
    data = DataClient(caller)
    training = TrainingClient(caller)
    publishing = PublishingClient(caller)
    inference = InferenceClient(caller)
    var options = CallOptions()
    if let token { options.metadata["authorization"] = "Bearer \(token)" }
    streamOptions = options
    options.timeout = Self.callTimeout
    self.options = options
  }
}

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
