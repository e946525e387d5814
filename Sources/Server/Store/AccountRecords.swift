/// An account as it is stored.
package struct AccountRecord: Sendable, Equatable {
  package var id: AccountID
  /// As it was written when the account was made; case does not count when it is looked up.
  package var name: String
  /// In the PHC string format of Argon2.
  package var passwordHash: String
  package var createTime: Timestamp
}

/// A token as it is stored: without its secret.
package struct TokenRecord: Sendable, Equatable {
  package var id: TokenID
  package var account: AccountID
  package var label: String
  /// A bit for each scope; what the bits mean is the caller's matter.
  package var scopes: UInt32
  package var createTime: Timestamp
  package var expireTime: Timestamp
}

/// What is needed to store a token.
package struct NewToken: Sendable {
  /// The SHA-256 of the secret: 32 bytes.
  package var secretHash: [UInt8]
  package var label: String
  package var scopes: UInt32
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
    secretHash: [UInt8], label: String, scopes: UInt32, expireTime: Timestamp,
    origin: Origin = .request
  ) {
    self.secretHash = secretHash
    self.label = label
    self.scopes = scopes
    self.expireTime = expireTime
    self.origin = origin
  }
}
