package import RPCCore

/// What the command line remembers between commands.
///
/// Logins are kept by server, so that a token is only ever sent to the server that issued it.
package struct Profile: Codable, Sendable, Equatable {
  package struct Login: Codable, Sendable, Equatable {
    package var user: String
    package var token: String

    package init(user: String, token: String) {
      self.user = user
      self.token = token
    }
  }

  /// The server of the last login, as `Address` reads it.
  package var server: String?
  /// By server.
  package var logins: [String: Login]

  package init(server: String? = nil, logins: [String: Login] = [:]) {
    self.server = server
    self.logins = logins
  }

  package func login(at address: Address) -> Login? {
    logins[address.description]
  }

  package mutating func remember(_ login: Login, at address: Address) {
    server = address.description
    logins[address.description] = login
  }

  package mutating func forget(_ address: Address) {
    logins[address.description] = nil
  }
}
