public import RPCCore

/// When a call that takes long is made a second time beside the first, by the rules of gRPC's hedging
/// (gRFC A6): the first answer counts, and the other attempts are cancelled.
///
/// It cuts the tail of latencies and costs the service calls, so no method is hedged until it has a
/// policy. It applies to unary calls that may be repeated: of methods that are declared
/// `NO_SIDE_EFFECTS` or `IDEMPOTENT`, or with an idempotency key. Such calls are not retried by a
/// ``RetryPolicy`` besides.
public struct HedgingPolicy: Sendable, Hashable {
  /// How often a call is made in all; 2 to 5, as in gRPC.
  public var attemptsMax = 2
  /// The time without an answer after which another attempt begins; 0 to 1 hour.
  ///
  /// About the latency that 95 of 100 calls stay below: then 5 of 100 are made twice.
  public var delay: Duration
  /// The failures after which the others go on, and the next attempt begins at once; without `ok`.
  ///
  /// Any other ends the call.
  public var passingCodes: Set<StatusCode> = [.unavailable]
  /// The longest wait that a server may ask for by the detail `retryAfter`; 0 to 1 hour.
  ///
  /// After a request to wait longer no further attempt begins.
  public var retryAfterMax = Duration.seconds(30)

  /// Two attempts, the second one after `delay`.
  public init(delay: Duration) { self.delay = delay }

  /// What is wrong with the policy, or `nil`.
  var fault: String? {
    if !waitsAllowed.contains(delay) { return "delay \(delay)" }
    return attemptFault(attemptsMax, "passingCodes", passingCodes, retryAfterMax)
  }
}

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
