import API
import RPCCore
import SeededRandom

/// One account name, all calls for it one after the other, and what must be so after each.
struct TortureOwner: Sendable {
  /// An answer that must be given again under its key.
  struct Repeat: Sendable {
    var call: TortureCall
    var answer: TortureAnswer
  }

  let user: String
  let ledger: TortureLedger
  /// What the account may be; more than one only after an answer was lost.
  private(set) var candidates: [TortureCandidate]
  /// Secrets of tokens that are gone.
  private(set) var deadSecrets: [String] = []
  private(set) var repeats: [Repeat] = []
  /// After a fault nothing is known, and all else would be a fault as well.
  private(set) var isGivenUp = false
  private var labels = 0

  private static let keptMax = 30
  /// Of one call under its key; each loses its answer only with a server.
  private static let attemptsMax = 30

  init(user: String, ledger: TortureLedger) {
    self.user = user
    self.ledger = ledger
    candidates = [ledger.open(user, nil, from: ledger.tick())]
  }

  /// The account, once `resolve` has returned; nothing where there is none.
  var account: TortureAccount? { candidates[0].state }

  /// A name that no token has had.
  mutating func newLabel() -> String {
    labels += 1
    return "t\(labels)"
  }

  /// A token that may do everything.
  func usableToken(
    using random: inout some RandomNumberGenerator
  ) -> (label: String, secret: String)? {
    let usable = (account?.tokens ?? [:]).filter { $0.value.isUsable }.sorted { $0.key < $1.key }
    guard let (label, token) = usable.randomElement(using: &random) else { return nil }
    return token.secret.map { (label, $0) }
  }

  mutating func giveUp(_ faults: [TortureFault]) {
    ledger.report(faults, of: user)
    isGivenUp = true
  }
}

// MARK: - Operations

extension TortureOwner {
  /// Asks for an operation, and again under its key if it has one and the answer was lost.
  mutating func perform(
    _ operation: TortureOperation, token: (label: String, secret: String)?, key: String?,
    on caller: any Caller
  ) async throws {
    let call = TortureCall(
      user: user, operation: operation, token: token?.label, secret: token?.secret, key: key,
      sequence: ledger.tick())
    var expected: [(from: TortureCandidate, outcome: TortureOutcome, to: TortureCandidate)] = []
    var partial: [TortureCandidate] = []
    for candidate in candidates {
      for outcome in call.outcomes(on: candidate.state) {
        let next =
          switch outcome {
          case .done(let state): ledger.open(user, state, from: call.sequence)
          case .refused: candidate
          }
        expected.append((candidate, outcome, next))
      }
      partial += call.partialStates(on: candidate.state).map {
        ledger.open(user, $0, from: call.sequence)
      }
    }
    var answer: TortureAnswer?
    for _ in 0..<(key == nil ? 1 : Self.attemptsMax) where answer == nil {
      answer = try await call.perform(on: caller)
      if answer == nil { ledger.count(operation.kind, \.lost) }
    }
    guard let answer else {
      settle(on: candidates + expected.filter(\.outcome.isDone).map(\.to) + partial)
      return
    }
    count(answer, operation)
    for (from, outcome, to) in expected {
      guard case .some(let state) = call.state(after: answer, as: outcome, from: from.state) else {
        continue
      }
      settle(on: [TortureCandidate(state: state, entry: to.entry)])
      remember(call, answer)
      return
    }
    giveUp([call.fault(answer, expected: expected.map(\.outcome))])
  }

  private func count(_ answer: TortureAnswer, _ operation: TortureOperation) {
    if case .refused = answer {
      ledger.count(operation.kind, \.refused)
    } else {
      ledger.count(operation.kind, \.done)
    }
  }

  private mutating func settle(on next: [TortureCandidate]) {
    if next.count == 1 {
      let living = Set(next[0].state?.tokens.values.compactMap(\.secret) ?? [])
      for candidate in candidates {
        for secret in candidate.state?.tokens.values.compactMap(\.secret) ?? []
        where !living.contains(secret) && !deadSecrets.contains(secret) {
          deadSecrets.append(secret)
        }
      }
      deadSecrets = deadSecrets.suffix(Self.keptMax)
      if next[0].state == nil { repeats = [] }
    }
    candidates = next
    ledger.close(user, to: next)
  }

  private mutating func remember(_ call: TortureCall, _ answer: TortureAnswer) {
    guard call.key != nil, account != nil else { return }
    if case .refused(let code, _) = answer {
      if case .createAccount = call.operation { return }
      guard [.notFound, .alreadyExists, .failedPrecondition].contains(code) else { return }
    }
    repeats.append(Repeat(call: call, answer: answer))
    repeats = repeats.suffix(Self.keptMax)
  }

  /// Makes a call again that was answered, under its key: the answer is the same, and nothing happens.
  mutating func performAgain(
    _ index: Int, with secret: String, on caller: any Caller
  ) async throws {
    var call = repeats[index].call
    if case .createAccount = call.operation {} else { call.secret = secret }
    guard let answer = try await call.perform(on: caller) else {
      ledger.count("repeated", \.lost)
      return
    }
    ledger.count("repeated", \.done)
    if answer != repeats[index].answer {
      giveUp([
        TortureFault(
          kind: .changed,
          text: "\(call.operation.kind) under its key again: \(answer), not"
            + " \(repeats[index].answer)")
      ])
    }
  }
}

extension TortureOutcome {
  fileprivate var isDone: Bool {
    switch self {
    case .done: true
    case .refused: false
    }
  }
}

extension TortureCall {
  /// An answer that no outcome explains.
  fileprivate func fault(_ answer: TortureAnswer, expected: [TortureOutcome]) -> TortureFault {
    let codes = expected.map { outcome in
      switch outcome {
      case .done: "success"
      case .refused(let code): "\(code)"
      }
    }
    let isRefused = if case .refused = answer { true } else { false }
    let kind: TortureFault.Kind =
      switch answer {
      case .refused(.notFound, _), .refused(.unauthenticated, _): .lost
      case .refused(.alreadyExists, _): .appeared
      case .refused: .wrong
      default: codes.contains("success") ? .changed : .appeared
      }
    return TortureFault(
      kind: kind,
      text: "\(operation) \(isRefused ? "was refused" : "was done") as \(answer); expected"
        + " \(codes.joined(separator: " or ")), key \(key ?? "none")")
  }
}

// MARK: - Looking

extension TortureOwner {
  /// Finds out what became of calls whose answers were lost.
  mutating func resolve(on caller: any Caller) async throws {
    while candidates.count > 1, !isGivenUp {
      let living = candidates.compactMap(\.state)
      guard let first = living.first else {
        settle(on: [candidates[0]])
        return
      }
      guard let secret = commonSecret(of: living) else {
        let login = TortureOperation.login(password: first.password, label: newLabel())
        try await perform(login, token: nil, key: nil, on: caller)
        continue
      }
      try await look(with: secret, on: caller)
    }
  }

  /// Reads the account and compares it with what it must be.
  mutating func check(
    using random: inout some RandomNumberGenerator, readsBytes: Bool = false, on caller: any Caller
  ) async throws {
    try await resolve(on: caller)
    guard !isGivenUp, let token = usableToken(using: &random) else { return }
    try await look(with: token.secret, on: caller)
    guard readsBytes, !isGivenUp, let account else { return }
    let faults = try await TortureReader(caller, secret: token.secret).byteFaults(account)
    if !faults.isEmpty { giveUp(faults) }
  }

  /// Leaves the candidates that what the server shows now agrees with.
  private mutating func look(with secret: String, on caller: any Caller) async throws {
    let ids = Set(candidates.flatMap { $0.state.map { Array($0.inferences.keys) } ?? [] })
    let seen: TortureObservation?
    do {
      seen = try await TortureReader(caller, secret: secret).account(user, inferences: ids)
    } catch let status as Status where status.code == .unavailable {
      ledger.count("looked", \.lost)
      return
    } catch let status as Status {
      giveUp([TortureFault(kind: .lost, text: "reading the account: \(status)")])
      return
    }
    ledger.count("looked", \.done)
    var faults: [TortureFault]?
    for candidate in candidates {
      let found = candidate.differences(from: seen)
      if found.isEmpty {
        var next = candidate
        if let seen { next.state?.learn(from: seen) }
        settle(on: [next])
        return
      }
      if found.count < faults?.count ?? .max { faults = found }
    }
    giveUp(faults ?? [])
  }

  private func commonSecret(of accounts: [TortureAccount]) -> String? {
    let secrets = accounts.map { account in
      Set(account.tokens.values.filter(\.isUsable).compactMap(\.secret))
    }
    return secrets.dropFirst().reduce(secrets[0]) { $0.intersection($1) }.first
  }
}

extension TortureCandidate {
  /// What speaks against it.
  func differences(from seen: TortureObservation?) -> [TortureFault] {
    switch (state, seen) {
    case (nil, nil): []
    case (nil, .some): [TortureFault(kind: .appeared, text: "a deleted account")]
    case (.some, nil): [TortureFault(kind: .lost, text: "the account, or its token")]
    case (.some(let account), .some(let seen)): account.differences(from: seen)
    }
  }
}
