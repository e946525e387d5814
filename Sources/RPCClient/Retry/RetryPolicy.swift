public import RPCCore

/// When a failed call is tried again, by the rules of gRPC's client retries (gRFC A6).
///
/// It applies to calls that may be repeated: of methods that are declared `NO_SIDE_EFFECTS` or
/// `IDEMPOTENT`, with an idempotency key, or that no handler saw. A unary or server streaming call is
/// tried again until its first response; calls with a stream of requests are not.
///
/// A server that answers with the detail `retryAfter` sets the wait itself. What it refused unseen,
/// with that detail, is tried again whatever the code.
public struct RetryPolicy: Sendable, Hashable {
  /// How often a call is tried in all; 2 to 5, as in gRPC.
  public var attemptsMax = 4
  /// The waits between attempts, where the server sets none.
  public var backoff = BackoffPolicy.calls
  /// The failures that may pass; not empty, without `ok`.
  public var codes: Set<StatusCode> = [.unavailable]
  /// The longest wait that a server may ask for; 0 to 1 hour.
  ///
  /// A call that is told to wait longer fails at once, as does one whose deadline comes before.
  public var retryAfterMax = Duration.seconds(30)

  /// Up to four attempts after `UNAVAILABLE`.
  public init() {}

  /// What is wrong with the policy, or `nil`.
  var fault: String? {
    if codes.isEmpty { return "codes []" }
    return attemptFault(attemptsMax, "codes", codes, retryAfterMax)
      ?? backoff.fault.map { "backoff.\($0)" }
  }
}

/// What is wrong with how retries or hedges are bound, or `nil`.
func attemptFault(
  _ attemptsMax: Int, _ name: String, _ codes: Set<StatusCode>, _ retryAfterMax: Duration
) -> String? {
  if !(2...5).contains(attemptsMax) { return "attemptsMax \(attemptsMax)" }
  if codes.contains(.ok) { return "\(name) \(codes.map(\.description).sorted())" }
  if !waitsAllowed.contains(retryAfterMax) { return "retryAfterMax \(retryAfterMax)" }
  return nil
}

/// Up to an hour.
let waitsAllowed = Duration.zero...Duration.seconds(3_600)

/// What keeps retries from multiplying the load on a service in trouble: gRPC's retry throttling.
///
/// A bucket begins full. Each failure takes one token, each success puts ``tokenRatio`` back, and
/// calls are only retried while more than half is left.
public struct RetryBudgetPolicy: Sendable, Hashable {
  /// Tokens of a full bucket; 1 to 1,000.
  public var tokensMax = 10
  /// Tokens for a success; 0.001 to 1,000, in thousandths.
  public var tokenRatio = 0.1

  /// Ten tokens, a tenth for a success: the values of gRPC's example.
  public init() {}

  /// What is wrong with the policy, or `nil`.
  var fault: String? {
    if !(1...1_000).contains(tokensMax) { return "tokensMax \(tokensMax)" }
    if !(0.001...1_000).contains(tokenRatio) { return "tokenRatio \(tokenRatio)" }
    return nil
  }
}
