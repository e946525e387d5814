import API
import CommandLineKit
import Foundation
import RPCCore

/// The account of a server that lives no longer than this program.
enum DemoAccount {
  static let name = "demo"

  /// Makes the account with a password that nobody keeps.
  ///
  /// - Returns: A context whose calls carry the account's token.
  static func signUp(_ system: System, _ server: Address) async throws -> CommandContext {
    let context = CommandContext(system: system, server: ServerAddress(server), isJSON: false)
    let request = CreateAccountRequest(user: name, password: UUID().uuidString)
    let issued = try await context.connected(anonymously: true) { clients in
      try await clients.auth.createAccount(request, options: clients.options)
    }
    var system = system
    system.environment["DIYML_TOKEN"] = issued.secret
    return CommandContext(system: system, server: ServerAddress(server), isJSON: false)
  }
}
