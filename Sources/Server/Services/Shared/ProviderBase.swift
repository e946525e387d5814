internal import API
internal import Codec
internal import RPCCore
internal import Store
internal import WellKnownTypes

/// A project that a call names by its address, and the account that makes the call.
struct OwnedProject: Sendable {
  let account: AccountRecord
  let name: String

  /// - Throws: `INVALID_ARGUMENT` for what cannot be a project's address, `NOT_FOUND` for one of
  ///   another owner.
  init(_ text: String, of account: AccountRecord) throws(Status) {
    let address = try checkedAddress(text, "project")
    guard address.number == nil else {
      throw invalid("project", "\(quoted(text)) names a training; a project has no '@'")
    }
    try self.init(address, of: account)
  }

  /// - Throws: `NOT_FOUND` for one of another owner.
  init(_ address: ResourceAddress, of account: AccountRecord) throws(Status) {
    if let owner = address.owner, owner.lowercased() != account.name.lowercased() {
      throw Status(
        .notFound(.project, ResourceAddress(owner: owner, project: address.project).description))
    }
    self.account = account
    name = address.project
  }

  /// The address of one of its trainings, or with nil its own.
  func address(_ number: Int32? = nil) -> String {
    ResourceAddress(owner: account.name, project: name, number: number).description
  }
}

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

  /// The account that a call's token stands for.
  ///
  /// - Throws: what `Authenticator` throws.
  func account(of context: ServerContext, needing scope: Scope) async throws -> AccountRecord {
    try await user(of: context, needing: scope).account
  }

  /// The caller's project that a request names.
  ///
  /// - Throws: what `Authenticator` and `OwnedProject` throw.
  func project(
    _ address: String, of context: ServerContext, needing scope: Scope
  ) async throws -> OwnedProject {
    try OwnedProject(address, of: try await account(of: context, needing: scope))
  }

  /// The training of one of the caller's projects that a request names, or its model; without a number
  /// the newest is meant of those that fit.
  ///
  /// - Throws: what `Authenticator` and `OwnedProject` throw.
  func training(
    _ address: String, _ field: String = "training", of context: ServerContext,
    needing scope: Scope
  ) async throws -> (project: OwnedProject, number: Int32?) {
    let account = try await account(of: context, needing: scope)
    let address = try checkedAddress(address, field)
    return (try OwnedProject(address, of: account), address.number)
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
