package import API

/// An account as it is stored.
package struct AccountRecord: Sendable, Equatable {
  package var id: AccountID
  /// As it was written when the account was made; case does not count when it is looked up.
  package var name: String
  /// In the PHC string format of Argon2.
  package var passwordHash: String
  package var createTime: Timestamp
}

/// What is needed to store a token.
package struct NewToken: Sendable {
  /// The SHA-256 of the secret: 32 bytes.
  package var secretHash: [UInt8]
  package var label: String
  package var scopes: [Scope]
  package var expireTime: Timestamp
  package var origin: Origin

  /// How a token comes to be, which says what happens when there are too many of its kind.
  package enum Origin: Sendable, Equatable {
    /// A login or a new account made it: the oldest one gives way to it.
    case login
    /// Somebody made it to keep: it is refused.
    case request
  }

  package init(
    secretHash: [UInt8], label: String, scopes: [Scope], expireTime: Timestamp,
    origin: Origin = .request
  ) {
    self.secretHash = secretHash
    self.label = label
    self.scopes = scopes
    self.expireTime = expireTime
    self.origin = origin
  }
}
