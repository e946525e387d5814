package import API
package import Credentials
package import RPCCore
package import Store
internal import Synchronization

/// Serves `diyml.v1.Auth`.
package final class AuthProvider: AuthService {
  private let authenticator: Authenticator
  private let store: DataStore
  private let passwords: PasswordHasher
  private let limits: ServiceLimits
  private let keyed: IdempotentCalls
  private let now: @Sendable () -> Timestamp
  private let instant: @Sendable () -> ContinuousClock.Instant
  private let stopTrainings: @Sendable ([TrainingID]) -> Void
  private let questions: Mutex<RateLimiter>
  private let guesses: Mutex<RateLimiter>

  /// `instant` is the clock that `UserExists` and `Login` are rated by; `stopTrainings` is given the
  /// trainings that were queued or running when their account was deleted.
  package init(
    authenticator: Authenticator, store: DataStore, passwords: PasswordHasher,
    limits: ServiceLimits = ServiceLimits(), now: @escaping @Sendable () -> Timestamp,
    instant: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
    stopTrainings: @escaping @Sendable ([TrainingID]) -> Void
  ) {
    self.authenticator = authenticator
    self.store = store
    self.passwords = passwords
    self.limits = limits
    keyed = IdempotentCalls(store: store, limits: limits, now: now)
    self.now = now
    self.instant = instant
    self.stopTrainings = stopTrainings
    questions = Mutex(
      RateLimiter(limits: .init(burst: limits.userExistsBurst, refill: limits.userExistsRefill)))
    guesses = Mutex(
      RateLimiter(limits: .init(burst: limits.loginBurst, refill: limits.loginRefill)))
  }

  package func userExists(
    _ request: UserExistsRequest, context: ServerContext
  ) async throws -> UserExistsResponse {
    let address = host(of: context.peer)
    let wait = questions.withLock { $0.take(address, at: instant()) }
    if let wait {
      throw Status(
        .resourceExhausted,
        "UserExists: more than \(limits.userExistsBurst) calls at once from \(address)",
        details: [.retryAfter(wait)])
    }
    try checkName(request.user, "user")
    let account = try await translatingStoreErrors {
      try await store.account(named: request.user)
    }
    return UserExistsResponse(exists: account != nil)
  }

  package func createAccount(
    _ request: CreateAccountRequest, context: ServerContext
  ) async throws -> CreateAccountResponse {
    try checkName(request.user, "user")
    try checkNewPassword(request.password, "password")
    // Nobody has proved to be the account of that name, so no refusal is kept with it.
    return try await keyed.answer(
      request, context, of: request.user, hasSecrets: true, keepsFailures: false
    ) { keeper in
      try await translatingStoreErrors { try await makeAccount(request, keeper) }
    }
  }

  private func makeAccount(
    _ request: CreateAccountRequest, _ keeper: ResponseRecorder<CreateAccountResponse>?
  ) async throws -> CreateAccountResponse {
    // Asked first so that a taken name costs no hash; the store decides.
    guard try await store.account(named: request.user) == nil else {
      throw StoreError.alreadyExists(.account, request.user)
    }
    let hash = try await passwords.hash(request.password)
    let secret = TokenSecret()
    let token = newToken(
      secret, label: "", scopes: .all, lifetime: limits.tokenLifetimeDefault, .login)
    let answer: @Sendable (TokenRecord) -> CreateAccountResponse = {
      CreateAccountResponse(issued: IssuedToken(token: Token($0), secret: secret.text))
    }
    let made = try await store.createAccount(
      name: request.user, passwordHash: hash, token: token, at: now(),
      keeping: keeper?.keeping(answer))
    return answer(made.token)
  }

  package func login(
    _ request: LoginRequest, context: ServerContext
  ) async throws -> LoginResponse {
    try refuseKey(context)
    try checkName(request.user, "user")
    try checkOldPassword(request.password, "password")
    try checkBytes(request.tokenLabel, "token_label", limits.tokenLabelBytesMax)
    // By address as well as name, so that nobody can lock another out by guessing.
    let guess = "\(host(of: context.peer)) \(request.user.lowercased())"
    if let wait = guesses.withLock({ $0.take(guess, at: instant()) }) {
      throw Status(
        .resourceExhausted,
        "Login: more than \(limits.loginBurst) attempts at once for \(request.user)",
        details: [.retryAfter(wait)])
    }
    return try await translatingStoreErrors {
      let account = try await store.account(named: request.user)
      let isRight = try await passwords.verify(
        request.password, against: account?.passwordHash)
      guard let account, isRight else {
        throw Status(.unauthenticated, "the user name or the password is wrong")
      }
      let secret = TokenSecret()
      let token = newToken(
        secret, label: request.tokenLabel, scopes: .all, lifetime: limits.tokenLifetimeDefault,
        .login)
      let made = try await store.createToken(token, of: account.id, at: now())
      return LoginResponse(issued: IssuedToken(token: Token(made), secret: secret.text))
    }
  }

  package func deleteAccount(
    _ request: DeleteAccountRequest, context: ServerContext
  ) async throws -> DeleteAccountResponse {
    try refuseKey(context)
    let user = try await authenticator.user(of: context, needing: .account)
    try checkOldPassword(request.password, "password")
    return try await translatingStoreErrors {
      try await requirePassword(request.password, of: user)
      stopTrainings(try await store.deleteAccount(user.account.id))
      return DeleteAccountResponse()
    }
  }

  package func whoAmI(
    _ request: WhoAmIRequest, context: ServerContext
  ) async throws -> WhoAmIResponse {
    let user = try await authenticator.user(of: context, needing: nil)
    return WhoAmIResponse(
      user: user.account.name, token: Token(user.token),
      accountCreateTimeUnixMs: user.account.createTime.unixMilliseconds)
  }

  package func changePassword(
    _ request: ChangePasswordRequest, context: ServerContext
  ) async throws -> ChangePasswordResponse {
    let user = try await authenticator.user(of: context, needing: .account)
    try checkOldPassword(request.oldPassword, "old_password")
    try checkNewPassword(request.newPassword, "new_password")
    return try await keyed.answer(
      request, context, of: user.account.name, hasSecrets: true
    ) { keeper in
      try await translatingStoreErrors {
        try await requirePassword(request.oldPassword, of: user)
        let hash = try await passwords.hash(request.newPassword)
        try await store.changePassword(
          of: user.account.id, from: user.account.passwordHash, to: hash, keeping: user.token.id,
          keeping: keeper?.keeping { ChangePasswordResponse() })
        return ChangePasswordResponse()
      }
    }
  }
}

// MARK: - Tokens

extension AuthProvider {
  package func listTokens(
    _ request: ListTokensRequest, context: ServerContext
  ) async throws -> ListTokensResponse {
    let account = try await authenticator.account(of: context, needing: .account)
    let page = try pageRequest(size: request.pageSize, token: request.pageToken) { Int64($0) }
    let tokens = try await translatingStoreErrors {
      try await store.tokens(of: account, page: page, at: now())
    }
    return ListTokensResponse(
      tokens: tokens.rows.map { Token($0) }, nextPageToken: tokens.next.map { "\($0)" } ?? "")
  }

  package func createToken(
    _ request: CreateTokenRequest, context: ServerContext
  ) async throws -> CreateTokenResponse {
    let user = try await authenticator.user(of: context, needing: .account)
    try checkBytes(request.label, "label", limits.tokenLabelBytesMax)
    let scopes = try checkScopes(request.scopes, of: user)
    let lifetime = try checkLifetime(request.lifetimeSeconds)
    return try await keyed.answer(
      request, context, of: user.account.name, hasSecrets: true
    ) { keeper in
      try await translatingStoreErrors {
        let secret = TokenSecret()
        let answer: @Sendable (TokenRecord) -> CreateTokenResponse = {
          CreateTokenResponse(issued: IssuedToken(token: Token($0), secret: secret.text))
        }
        let token = newToken(
          secret, label: request.label, scopes: scopes, lifetime: lifetime, .request)
        return answer(
          try await store.createToken(
            token, of: user.account.id, at: now(), keeping: keeper?.keeping(answer)))
      }
    }
  }

  package func revokeToken(
    _ request: RevokeTokenRequest, context: ServerContext
  ) async throws -> RevokeTokenResponse {
    let user = try await authenticator.user(of: context, needing: nil)
    let isOwn = request.id == 0 || request.id == user.token.id.rawValue
    if !isOwn { _ = try await authenticator.account(of: context, needing: .account) }
    let token = isOwn ? user.token.id : TokenID(request.id)
    return try await keyed.answer(request, context, of: user.account.name) { keeper in
      try await translatingStoreErrors {
        try await store.revokeToken(
          token, of: user.account.id, keeping: keeper?.keeping { RevokeTokenResponse() })
        return RevokeTokenResponse()
      }
    }
  }

  private func newToken(
    _ secret: TokenSecret, label: String, scopes: ScopeSet, lifetime: Duration,
    _ origin: NewToken.Origin
  ) -> NewToken {
    NewToken(
      secretHash: secret.hash, label: label, scopes: scopes.rawValue,
      expireTime: now() + lifetime, origin: origin)
  }
}

// MARK: - Checks

extension AuthProvider {
  private func requirePassword(_ password: String, of user: AuthenticatedUser) async throws {
    guard try await passwords.verify(password, against: user.account.passwordHash) else {
      throw Status(.unauthenticated, "the password is wrong")
    }
  }

  private func checkNewPassword(_ password: String, _ field: String) throws(Status) {
    let bytes = password.utf8.count
    guard (limits.passwordBytesMin...limits.passwordBytesMax).contains(bytes) else {
      throw invalid(
        field,
        "a password of \(bytes) bytes; the limits are \(limits.passwordBytesMin) and"
          + " \(limits.passwordBytesMax)")
    }
  }

  private func checkOldPassword(_ password: String, _ field: String) throws(Status) {
    let bytes = password.utf8.count
    guard (1...limits.passwordBytesMax).contains(bytes) else {
      throw invalid(
        field, "a password of \(bytes) bytes; the limits are 1 and \(limits.passwordBytesMax)")
    }
  }

  private func checkScopes(
    _ scopes: [Scope], of user: AuthenticatedUser
  ) throws(Status) -> ScopeSet {
    guard !scopes.isEmpty else { throw invalid("scopes", "none; at least one is needed") }
    for (index, scope) in scopes.enumerated() {
      guard ScopeSet.named.contains(scope) else {
        throw invalid("scopes[\(index)]", "\(scope.rawValue) is not a scope")
      }
      guard user.scopes.contains(scope) else {
        throw Status(
          .permissionDenied, "the token of this call lacks the scope '\(scope)' itself",
          details: [.resource(kind: "scope", name: "\(scope)")])
      }
    }
    return ScopeSet(scopes)
  }

  private func checkLifetime(_ seconds: UInt64) throws(Status) -> Duration {
    let secondsMax = limits.tokenLifetimeMax.components.seconds
    guard seconds <= secondsMax else {
      throw invalid("lifetime_seconds", "\(seconds); the limit is \(secondsMax)")
    }
    return seconds == 0 ? limits.tokenLifetimeDefault : .seconds(Int64(seconds))
  }

  /// The peer without its port, which changes with each connection.
  private func host(of peer: String) -> String {
    guard !peer.hasPrefix("unix:"), let colon = peer.lastIndex(of: ":") else { return peer }
    return String(peer[..<colon])
  }
}

extension Token {
  init(_ record: TokenRecord) {
    self.init(
      id: record.id.rawValue, label: record.label,
      scopes: ScopeSet(rawValue: record.scopes).scopes,
      createTimeUnixMs: record.createTime.unixMilliseconds,
      expireTimeUnixMs: record.expireTime.unixMilliseconds)
  }
}
