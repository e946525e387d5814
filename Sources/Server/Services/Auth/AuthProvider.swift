internal import API
internal import Codec
internal import Credentials
internal import RPCCore
internal import Store
internal import Synchronization
internal import WellKnownTypes

/// Serves `diyml.v1.Auth`.
final class AuthProvider: AuthService {
  private let base: ProviderBase
  private let passwords: PasswordHasher
  private let stopTrainings: @Sendable ([TrainingID]) -> Void
  private let questions: Mutex<RateLimiter>
  private let guesses: Mutex<RateLimiter>

  private var store: DataStore { base.store }
  private var limits: ServiceLimits { base.limits }

  /// `stopTrainings` is given the trainings that were queued or running when their account was
  /// deleted.
  init(
    _ base: ProviderBase, passwords: PasswordHasher,
    stopTrainings: @escaping @Sendable ([TrainingID]) -> Void
  ) {
    self.base = base
    self.passwords = passwords
    self.stopTrainings = stopTrainings
    let limits = base.limits
    questions = Mutex(
      RateLimiter(limits: .init(burst: limits.userExistsBurst, refill: limits.userExistsRefill)))
    guesses = Mutex(
      RateLimiter(limits: .init(burst: limits.loginBurst, refill: limits.loginRefill)))
  }

  func userExists(
    _ request: UserExistsRequest, context: ServerContext
  ) async throws -> UserExistsResponse {
    let address = host(of: context.peer)
    let wait = questions.withLock { $0.take(address, at: base.clock.instant()) }
    if let wait {
      throw Status(
        .tooManyAttempts,
        "UserExists: more than \(limits.userExistsBurst) calls at once from \(address)",
        details: [.retryAfter(wait)])
    }
    try checkName(request.user, "user")
    return UserExistsResponse(exists: try await store.account(named: request.user) != nil)
  }

  func createAccount(
    _ request: CreateAccountRequest, context: ServerContext
  ) async throws -> IssuedToken {
    try checkName(request.user, "user")
    try checkNewPassword(request.password, "password")
    // Nobody has proved to be the account of that name, so no refusal is kept with it.
    return try await base.keyed.answer(
      request, context, of: request.user, hasSecrets: true, keepsFailures: false
    ) { try await makeAccount(request, $0) }
  }

  private func makeAccount(
    _ request: CreateAccountRequest, _ keeper: ResponseRecorder<IssuedToken>?
  ) async throws -> IssuedToken {
    // Asked first so that a taken name costs no hash; the store decides.
    guard try await store.account(named: request.user) == nil else {
      throw StoreError.alreadyExists(.account, request.user)
    }
    let hash = try await passwords.hash(request.password)
    let secret = TokenSecret()
    let now = base.now()
    let token = newToken(
      secret, label: "", scopes: Scope.named, lifetime: limits.tokenLifetimeDefault, .login,
      at: now)
    let answer: @Sendable (Token) -> IssuedToken = {
      IssuedToken(token: $0, secret: secret.text)
    }
    let made = try await store.createAccount(
      name: request.user, passwordHash: hash, token: token, at: now,
      keeping: keeper?.keeping(answer))
    return answer(made.token)
  }

  func login(
    _ request: LoginRequest, context: ServerContext
  ) async throws -> IssuedToken {
    try refuseKey(context)
    try checkName(request.user, "user")
    try checkOldPassword(request.password, "password")
    try checkBytes(request.tokenLabel, "token_label", limits.tokenLabelBytesMax)
    // By address as well as name, so that nobody can lock another out by guessing.
    let guess = "\(host(of: context.peer)) \(request.user.lowercased())"
    if let wait = guesses.withLock({ $0.take(guess, at: base.clock.instant()) }) {
      throw Status(
        .tooManyAttempts,
        "Login: more than \(limits.loginBurst) attempts at once for \(request.user)",
        details: [.retryAfter(wait)])
    }
    let account = try await store.account(named: request.user)
    let isRight = try await passwords.verify(request.password, against: account?.passwordHash)
    guard let account, isRight else {
      throw Status(.wrongCredentials, "the user name or the password is wrong")
    }
    let secret = TokenSecret()
    let now = base.now()
    let token = newToken(
      secret, label: request.tokenLabel, scopes: Scope.named,
      lifetime: limits.tokenLifetimeDefault, .login, at: now)
    let made = try await store.createToken(token, of: account.id, at: now)
    return IssuedToken(token: made, secret: secret.text)
  }

  func deleteAccount(
    _ request: DeleteAccountRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    try refuseKey(context)
    let account = try await base.account(of: context, needing: .account)
    try checkOldPassword(request.password, "password")
    try await requirePassword(request.password, "password", of: account)
    stopTrainings(try await store.deleteAccount(account.id))
    return ProtoEmpty()
  }

  func whoAmI(
    _ request: WhoAmIRequest, context: ServerContext
  ) async throws -> Account {
    let user = try await base.user(of: context, needing: nil)
    return Account(
      user: user.account.name, token: user.token,
      createTime: ProtoTimestamp(user.account.createTime))
  }

  func changePassword(
    _ request: ChangePasswordRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    let user = try await base.user(of: context, needing: .account)
    try checkOldPassword(request.oldPassword, "old_password")
    try checkNewPassword(request.newPassword, "new_password")
    return try await base.acknowledge(request, context, of: user.account, hasSecrets: true) {
      answer in
      try await requirePassword(request.oldPassword, "old_password", of: user.account)
      let hash = try await passwords.hash(request.newPassword)
      try await store.changePassword(
        of: user.account.id, from: user.account.passwordHash, to: hash,
        keeping: TokenID(user.token.id), keeping: answer)
    }
  }
}

// MARK: - Tokens

extension AuthProvider {
  func listTokens(
    _ request: ListTokensRequest, context: ServerContext
  ) async throws -> ListTokensResponse {
    let account = try await base.account(of: context, needing: .account)
    let page = try pageRequest(size: request.pageSize, token: request.pageToken) { Int64($0) }
    let answer = try AnswerPage(
      try await store.tokens(of: account.id, page: page, at: base.now()))
    return ListTokensResponse(tokens: answer.elements, nextPageToken: answer.nextPageToken)
  }

  func createToken(
    _ request: CreateTokenRequest, context: ServerContext
  ) async throws -> IssuedToken {
    let user = try await base.user(of: context, needing: .account)
    try checkBytes(request.label, "label", limits.tokenLabelBytesMax)
    try checkScopes(request.scopes, of: user)
    let lifetime = try checkLifetime(request.lifetime)
    let secret = TokenSecret()
    return try await base.answer(request, context, of: user.account, hasSecrets: true) {
      (token: Token) in
      IssuedToken(token: token, secret: secret.text)
    } to: { answer in
      let now = base.now()
      return try await store.createToken(
        newToken(
          secret, label: request.label, scopes: request.scopes, lifetime: lifetime, .request,
          at: now),
        of: user.account.id, at: now, keeping: answer)
    }
  }

  func revokeToken(
    _ request: RevokeTokenRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    let user = try await base.user(of: context, needing: nil)
    let id =
      switch request.token {
      case .id(let id): id
      case .current: user.token.id
      case nil: throw invalid("token", "it has neither id nor current")
      }
    if id != user.token.id { _ = try await base.account(of: context, needing: .account) }
    return try await base.acknowledge(request, context, of: user.account) { answer in
      try await store.revokeToken(
        TokenID(id), of: user.account.id, keeping: answer)
    }
  }

  private func newToken(
    _ secret: TokenSecret, label: String, scopes: [Scope], lifetime: Duration,
    _ origin: NewToken.Origin, at now: Timestamp
  ) -> NewToken {
    NewToken(
      secretHash: secret.hash, label: label, scopes: scopes, expireTime: now + lifetime,
      origin: origin)
  }
}

// MARK: - Checks

extension AuthProvider {
  /// INVALID_ARGUMENT, not UNAUTHENTICATED: the call's token is valid, so logging in again would not help.
  private func requirePassword(
    _ password: String, _ field: String, of account: AccountRecord
  ) async throws {
    guard try await passwords.verify(password, against: account.passwordHash) else {
      throw invalid(field, "the password is wrong", reason: .wrongPassword)
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

  private func checkScopes(_ scopes: [Scope], of user: AuthenticatedUser) throws(Status) {
    guard !scopes.isEmpty else { throw invalid("scopes", "none; at least one is needed") }
    for (index, scope) in scopes.enumerated() {
      guard scope.isNamed else {
        throw invalid("scopes[\(index)]", "\(scope.rawValue) is not a scope")
      }
      guard user.token.scopes.contains(scope) else {
        throw Status(
          .scopeMissing, "the token of this call lacks the scope '\(scope)' itself",
          details: [.resource(kind: "scope", name: "\(scope)")])
      }
    }
  }

  private func checkLifetime(_ asked: ProtoDuration?) throws(Status) -> Duration {
    guard let lifetime = asked?.duration else { return limits.tokenLifetimeDefault }
    guard lifetime > .zero, lifetime <= limits.tokenLifetimeMax else {
      throw invalid(
        "lifetime", "\(lifetime); it must be more than 0 and at most \(limits.tokenLifetimeMax)")
    }
    return lifetime
  }

  /// The peer without its port, which changes with each connection.
  private func host(of peer: String) -> String {
    guard !peer.hasPrefix("unix:"), let colon = peer.lastIndex(of: ":") else { return peer }
    return String(peer[..<colon])
  }
}
