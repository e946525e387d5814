/// What the command line remembers between commands.
///
/// Logins are kept by server, so that a token is only ever sent to the server that issued it.
package struct Profile: Codable, Sendable, Equatable {
  package struct Login: Codable, Sendable, Equatable {
    package var user: String
    package var token: String
    /// With which the server was spoken to, over TLS.
    package var tls: TLSFiles?
  }

  /// The server of the last login, as `ServerAddress` reads it.
  package var server: String?
  /// By server.
  package var logins: [String: Login] = [:]

  package func login(at address: ServerAddress) -> Login? {
    logins[address.description]
  }

  package mutating func remember(_ login: Login, at address: ServerAddress) {
    server = address.description
    logins[address.description] = login
  }

  package mutating func forget(_ address: ServerAddress) {
    logins[address.description] = nil
  }
}
