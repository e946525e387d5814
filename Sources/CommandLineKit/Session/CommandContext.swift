import Foundation
package import RPCCore

/// What one run of a command works with: the options it was given and the system around it.
package struct CommandContext: Sendable {
  package let system: System
  package let isJSON: Bool
  private let chosenServer: Address?

  package init(system: System, server: Address?, isJSON: Bool) {
    self.system = system
    chosenServer = server
    self.isJSON = isJSON
  }

  package var profileFile: ProfileFile {
    ProfileFile(environment: system.environment, homeDirectory: system.homeDirectory)
  }

  package var palette: Palette {
    Palette(isTerminal: system.terminal.outputIsTerminal, environment: system.environment)
  }

  /// The server to call: `--server`, else `$DIYML_SERVER`, else the profile's, else the standard.
  package func server() throws -> Address {
    if let chosenServer { return chosenServer }
    if let named = system.environment["DIYML_SERVER"], !named.isEmpty {
      return try address(named, from: "DIYML_SERVER")
    }
    guard let named = try profileFile.read().server else { return .standard }
    return try address(named, from: "profile \(profileFile.path)")
  }

  private func address(_ text: String, from source: String) throws -> Address {
    guard let address = Address(text) else {
      throw CommandFailure.local("\(source) names server '\(text)'; want HOST:PORT or unix:PATH")
    }
    return address
  }

  /// The token to call with: `$DIYML_TOKEN`, else the profile's for that server.
  package func token(for address: Address) throws -> String {
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
    return try await system.connector.connected(to: address) { caller in
      try await body(Clients(caller, token: token))
    }
  }
}
