package import RPCCore

extension CommandContext {
  /// Connects for calls of whatever the server offers, with the token if there is one.
  package func calling<Result: Sendable>(
    _ body: @Sendable (any Caller, CallOptions) async throws -> Result
  ) async throws -> Result {
    let address = try server()
    var options = CallOptions()
    do {
      options.metadata["authorization"] = "Bearer \(try token(for: address))"
    } catch CommandFailure.notLoggedIn {
      // The server says which calls need one.
    }
    let tls = try tlsFiles(for: address)?.configuration
    return try await system.connector.connected(to: address.address, tls: tls) {
      [options] caller in
      try await body(caller, options)
    }
  }
}
