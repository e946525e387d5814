import Foundation
import RPCCore

/// What one run of a command works with: the options it was given and the system around it.
package struct CommandContext: Sendable {
  package let system: System
  package let isJSON: Bool
  private let chosenServer: ServerAddress?
  private let chosenFiles: TLSFiles

  package init(
    system: System, server: ServerAddress?, tls: TLSFiles = TLSFiles(), isJSON: Bool
  ) {
    self.system = system
    chosenServer = server
    chosenFiles = tls.absolute
    self.isJSON = isJSON
  }

  package var profileFile: ProfileFile {
    ProfileFile(environment: system.environment, homeDirectory: system.homeDirectory)
  }

  package var palette: Palette {
    Palette(isTerminal: system.terminal.outputIsTerminal, environment: system.environment)
  }

  /// The server to call: `--server`, else `$DIYML_SERVER`, else the profile's, else the standard.
  package func server() throws -> ServerAddress {
    if let chosenServer { return chosenServer }
    if let named = system.environment["DIYML_SERVER"], !named.isEmpty {
      return try address(named, from: "DIYML_SERVER")
    }
    guard let named = try profileFile.read().server else { return .standard }
    return try address(named, from: "profile \(profileFile.path)")
  }

  private func address(_ text: String, from source: String) throws -> ServerAddress {
    guard let address = ServerAddress(text) else {
      throw CommandFailure.local(
        "\(source) names server '\(text)'; want HOST:PORT, tls:HOST:PORT or unix:PATH")
    }
    return address
  }

  /// The files to speak TLS with, `nil` without TLS: those of the options, else the profile's.
  package func tlsFiles(for server: ServerAddress) throws -> TLSFiles? {
    guard server.hasTLS else {
      if chosenFiles.isEmpty { return nil }
      throw CommandFailure.usage(
        "--tls-ca, --tls-cert and --tls-key are for a server of the form tls:HOST:PORT, not \(server)"
      )
    }
    if !chosenFiles.isEmpty { return chosenFiles }
    return try profileFile.read().login(at: server)?.tls ?? TLSFiles()
  }

  /// The token to call with: `$DIYML_TOKEN`, else the profile's for that server.
  package func token(for address: ServerAddress) throws -> String {
    if let token = system.environment["DIYML_TOKEN"], !token.isEmpty { return token }
    guard let login = try profileFile.read().login(at: address) else {
      throw CommandFailure.notLoggedIn(address)
    }
    return login.token
  }

  /// Connects, with the token unless `anonymously`, for as long as `body` runs.
  package func connected<Result: Sendable>(
    anonymously: Bool = false, _ body: @Sendable (Clients) async throws -> Result
  ) async throws -> Result {
    let address = try server()
    let token = anonymously ? nil : try token(for: address)
    return try await connected(to: address) { try await body(Clients($0, token: token)) }
  }

  /// Connects for calls of whatever the server offers, with the token if there is one.
  func calling<Result: Sendable>(
    _ body: @Sendable (any Caller, CallOptions) async throws -> Result
  ) async throws -> Result {
    let address = try server()
    var options = CallOptions()
    do {
      options.metadata["authorization"] = "Bearer \(try token(for: address))"
    } catch CommandFailure.notLoggedIn {
      // The server says which calls need one.
    }
    return try await connected(to: address) { [options] in try await body($0, options) }
  }

  private func connected<Result: Sendable>(
    to address: ServerAddress, _ body: @Sendable (any Caller) async throws -> Result
  ) async throws -> Result {
    try await system.connector.connected(
      to: address.address, tls: tlsFiles(for: address)?.configuration, body)
  }
}
