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
    let waits = Duration.zero...Duration.seconds(3_600)
    if !(2...5).contains(attemptsMax) { return "attemptsMax \(attemptsMax)" }
    if !waits.contains(delay) { return "delay \(delay)" }
    if passingCodes.contains(.ok) {
      return "passingCodes \(passingCodes.map(\.description).sorted())"
    }
    if !waits.contains(retryAfterMax) { return "retryAfterMax \(retryAfterMax)" }
    return nil
  }
}
