package import API
internal import Credentials
package import RPCCore
package import Store

/// Who makes a call, and with which token.
package struct AuthenticatedUser: Sendable {
  package let account: AccountRecord
  package let token: TokenRecord
  package let scopes: ScopeSet
}

/// Finds out who makes a call, and whether their token is good for it.
package struct Authenticator: Sendable {
  private let store: DataStore
  private let now: @Sendable () -> Timestamp

  package init(store: DataStore, now: @escaping @Sendable () -> Timestamp) {
    self.store = store
    self.now = now
  }

  /// The account that a call's token stands for.
  ///
  /// - Throws: `UNAUTHENTICATED` without a token, or for one that is unknown, expired or revoked;
  ///   `PERMISSION_DENIED` when it lacks the scope.
  package func account(of context: ServerContext, needing scope: Scope) async throws -> AccountID {
    try await user(of: context, needing: scope).account.id
  }

  /// Like `account(of:needing:)`, with all that is known of the caller.
  ///
  /// Without a scope every token will do.
  package func user(
    of context: ServerContext, needing scope: Scope?
  ) async throws -> AuthenticatedUser {
    let secret = try secret(in: context.metadata)
    let found = try await translatingStoreErrors {
      try await store.authenticate(secretHash: secret.hash, at: now())
    }
    guard let found else {
      throw Status(.unauthenticated, "the token is unknown, expired or revoked")
    }
    let scopes = ScopeSet(rawValue: found.token.scopes)
    if let scope, !scopes.contains(scope) {
      throw Status(
        .permissionDenied, "the token lacks the scope '\(scope)', which \(context.method) needs",
        details: [.resource(kind: "scope", name: "\(scope)")])
    }
    return AuthenticatedUser(account: found.account, token: found.token, scopes: scopes)
  }

  private func secret(in metadata: Metadata) throws(Status) -> TokenSecret {
    let values = metadata.values(for: "authorization")
    guard values.count == 1, case .text(let value) = values[0] else {
      throw Status(
        .unauthenticated,
        "\(values.count) 'authorization' entries in the metadata; one 'Bearer TOKEN' is needed")
    }
    let words = value.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 2, words[0].lowercased() == "bearer" else {
      throw Status(.unauthenticated, "'authorization' in the metadata is not 'Bearer TOKEN'")
    }
    guard let secret = TokenSecret(parsing: String(words[1])) else {
      throw Status(.unauthenticated, "what follows 'Bearer' is not a valid token")
    }
    return secret
  }
}
