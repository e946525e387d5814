import RPCCore

/// Why one attempt of a call failed, and how far it had come.
struct AttemptFailure: Error {
  enum Reach: Sendable, CaseIterable {
    /// There was no connection to try it on.
    case noConnection
    /// It was given to a connection, but nothing of it was written.
    case unsent
    /// The server may have seen it.
    case sent
  }

  var status: Status
  var reach: Reach
}

/// Whether one call is tried again, from failure to failure.
///
/// No clock, no waiting: it says what to do, and the call's task does it.
struct RetryDecision {
  enum Verdict: Equatable {
    case giveUp
    case retry(after: Duration)
  }

  /// Attempts of which the server may have seen something.
  private(set) var sentAttempts: Int
  /// Attempts that count against the policy's limit.
  private var countedAttempts = 1
  private var wasRetriedUnseen = false
  private var backoff: Backoff?

  /// Begins with the call's first attempt, or after others that were made beside it.
  init(sentAttempts: Int = 0) { self.sentAttempts = sentAttempts }

  /// What to do about a failed attempt of a call that may be processed twice, or not
  /// (`isRepeatable`), and has so much time left to its deadline (`remaining`).
  ///
  /// Without a policy, only what nobody saw is tried again.
  mutating func failed(
    _ failure: AttemptFailure, isRepeatable: Bool, policy: RetryPolicy?,
    budget: inout RetryBudget, remaining: Duration?, using random: inout some RandomNumberGenerator
  ) -> Verdict {
    let status = failure.status
    // As often as it happens: without a connection, or time, the next attempt fails for that.
    if failure.reach == .unsent { return .retry(after: .zero) }
    if failure.reach == .sent { sentAttempts += 1 }
    if let remaining, remaining <= .zero { return .giveUp }
    if failure.reach == .sent, status.isUnprocessed, status.retryAfter == nil, !wasRetriedUnseen {
      wasRetriedUnseen = true
      return .retry(after: .zero)
    }
    guard let policy, isRepeatable || status.isUnprocessed else { return .giveUp }
    let isInvited = status.isUnprocessed && status.retryAfter != nil
    guard isInvited || policy.codes.contains(status.code) else { return .giveUp }
    budget.failed()
    guard countedAttempts < policy.attemptsMax, budget.allowsRetry else { return .giveUp }
    countedAttempts += 1
    guard let wait = wait(status, policy, using: &random) else { return .giveUp }
    if let remaining, wait >= remaining { return .giveUp }
    return .retry(after: wait)
  }

  /// What the server asks for, or else the policy's next wait; `nil` if the server asks for too much.
  private mutating func wait(
    _ status: Status, _ policy: RetryPolicy, using random: inout some RandomNumberGenerator
  ) -> Duration? {
    if let asked = status.retryAfter { return asked <= policy.retryAfterMax ? asked : nil }
    var backoff = backoff ?? Backoff(policy.backoff)
    defer { self.backoff = backoff }
    return backoff.failed(using: &random)
  }
}

extension Status {
  /// The wait that the server asks for.
  var retryAfter: Duration? {
    for case .retryAfter(let wait) in details { return wait }
    return nil
  }
}
