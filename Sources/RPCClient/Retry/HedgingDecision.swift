import RPCCore

/// Which attempts of a hedged call begin when.
///
/// No clock, no waiting: it says what to do, and the call's task does it. The first attempt has begun
/// when it is made.
struct HedgingDecision {
  enum Action: Equatable {
    /// Begin another attempt now.
    case begin
    /// Begin another attempt after this time.
    case beginAfter(Duration)
    /// Leave the attempts under way alone.
    case wait
    /// The call has failed.
    case fail
  }

  private let policy: HedgingPolicy
  /// Attempts that have begun.
  private(set) var begun = 1
  private var running = 1
  private var isStopped = false

  init(_ policy: HedgingPolicy) { self.policy = policy }

  /// Whether a further attempt may begin at some time.
  var mayGoOn: Bool { !isStopped && begun < policy.attemptsMax }

  /// The time for the next attempt has come; `isAllowed` by the budget that all calls share.
  mutating func delayPassed(isAllowed: Bool) -> Action {
    guard mayGoOn, isAllowed else { return running > 0 ? .wait : .fail }
    begun += 1
    running += 1
    return .begin
  }

  /// An attempt has failed, with so much time left to the call's deadline.
  mutating func failed(_ status: Status, remaining: Duration?, isAllowed: Bool) -> Action {
    running -= 1
    guard policy.passingCodes.contains(status.code) || status.isUnprocessed else { return .fail }
    if let asked = status.retryAfter {
      isStopped = isStopped || asked > min(policy.retryAfterMax, remaining ?? asked)
      if mayGoOn, isAllowed { return .beginAfter(asked) }
    }
    return delayPassed(isAllowed: isAllowed)
  }
}
