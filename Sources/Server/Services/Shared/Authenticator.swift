internal import API
internal import Credentials
internal import RPCCore
internal import Store

/// Who makes a call, and with which token.
struct AuthenticatedUser: Sendable {
  let account: AccountRecord
  let token: Token
}

/// Finds out who makes a call, and whether their token is good for it.
struct Authenticator: Sendable {
  let store: DataStore
  let now: @Sendable () -> Timestamp

  /// All that is known of the caller; without a scope every token will do.
  ///
  /// - Throws: `UNAUTHENTICATED` without a token, or for one that is unknown, expired or revoked;
  ///   `PERMISSION_DENIED` when it lacks the scope.
  func user(
    of context: ServerContext, needing scope: Scope?
  ) async throws -> AuthenticatedUser {
    let secret = try secret(in: context.metadata)
    let found = try await store.authenticate(secretHash: secret.hash, at: now())
    guard let found else {
      throw Status(.tokenInvalid, "the token is unknown, expired or revoked")
    }
    if let scope, !found.token.scopes.contains(scope) {
      throw Status(
        .scopeMissing, "the token lacks the scope '\(scope)', which \(context.method) needs",
        details: [.resource(kind: "scope", name: "\(scope)")])
    }
    return AuthenticatedUser(account: found.account, token: found.token)
  }

  private func secret(in metadata: Metadata) throws(Status) -> TokenSecret {
    let values = metadata.values(for: "authorization")
    guard values.count == 1, case .text(let value) = values[0] else {
      throw Status(
        .tokenMissing,
        "\(values.count) 'authorization' entries in the metadata; one 'Bearer TOKEN' is needed")
    }
    let words = value.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 2, words[0].lowercased() == "bearer" else {
      throw Status(.tokenMissing, "'authorization' in the metadata is not 'Bearer TOKEN'")
    }
    guard let secret = TokenSecret(parsing: String(words[1])) else {
      throw Status(.tokenMissing, "what follows 'Bearer' is not a valid token")
    }
    return secret
  }
}
