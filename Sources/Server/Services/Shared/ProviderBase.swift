internal import API
internal import Codec
internal import RPCCore
internal import Store
internal import WellKnownTypes

/// What the providers work with: the store, the clocks, the bounds, and who makes a call.
struct ProviderBase: Sendable {
  let store: DataStore
  let limits: ServiceLimits
  let clock: ServiceClock
  let keyed: IdempotentCalls
  private let authenticator: Authenticator

  init(store: DataStore, limits: ServiceLimits, clock: ServiceClock) {
    self.store = store
    self.limits = limits
    self.clock = clock
    keyed = IdempotentCalls(store: store, limits: limits, now: clock.now)
    authenticator = Authenticator(store: store, now: clock.now)
  }

  func now() -> Timestamp { clock.now() }

  /// Who makes a call, and with which token; without a scope every token will do.
  ///
  /// - Throws: what `Authenticator` throws.
  func user(of context: ServerContext, needing scope: Scope?) async throws -> AuthenticatedUser {
    try await authenticator.user(of: context, needing: scope)
  }

  /// The account that a call's token stands for; `project`, if the call names one, is checked too.
  ///
  /// - Throws: what `Authenticator` throws; `INVALID_ARGUMENT` for what cannot be a project's name.
  func account(
    of context: ServerContext, needing scope: Scope, project: String? = nil
  ) async throws -> AccountRecord {
    let user = try await user(of: context, needing: scope)
    if let project { try checkName(project, "project") }
    return user.account
  }

  /// Answers a call once, however often it is made under one idempotency key: by what `work` does in
  /// the store, and the `response` to what this comes to.
  func answer<Request: Message, Response: Message, Result>(
    _ request: Request, _ context: ServerContext, of account: AccountRecord,
    hasSecrets: Bool = false, _ response: @escaping @Sendable (Result) throws -> Response,
    to work: (PendingResponse<Result>?) async throws -> Result
  ) async throws -> Response {
    try await keyed.answer(request, context, of: account.name, hasSecrets: hasSecrets) { keeper in
      try response(try await work(keeper?.keeping(response)))
    }
  }

  /// The same where what `work` comes to is the response.
  func answer<Request: Message, Response: Message>(
    _ request: Request, _ context: ServerContext, of account: AccountRecord,
    to work: (PendingResponse<Response>?) async throws -> Response
  ) async throws -> Response {
    try await answer(request, context, of: account, { $0 }, to: work)
  }

  /// The same where the response says only that `work` is done.
  func acknowledge<Request: Message>(
    _ request: Request, _ context: ServerContext, of account: AccountRecord,
    hasSecrets: Bool = false, when work: (PendingResponse<Void>?) async throws -> Void
  ) async throws -> ProtoEmpty {
    try await answer(
      request, context, of: account, hasSecrets: hasSecrets, { (_: Void) in ProtoEmpty() }, to: work
    )
  }
}
