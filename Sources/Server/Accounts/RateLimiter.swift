/// A bucket of tokens per key: each call takes one, and they grow back at a steady rate.
///
/// It knows no clock; instants come in as arguments.
package struct RateLimiter: Sendable {
  /// How much is allowed to each key, and how many keys are remembered.
  package struct Limits: Sendable, Equatable {
    /// Calls in a burst.
    package var burst: Int
    /// How long it takes until one more call is allowed.
    package var refill: Duration
    /// Past this many keys, those that have been quiet are forgotten; if none has, new keys share
    /// one bucket.
    package var keysMax: Int

    package init(burst: Int, refill: Duration, keysMax: Int = 10_000) {
      self.burst = burst
      self.refill = refill
      self.keysMax = keysMax
    }
  }

  /// A full bucket is one whose `fullAt` has passed; each call moves it on by one refill.
  private var fullAt: [String: ContinuousClock.Instant] = [:]
  private let limits: Limits

  package init(limits: Limits) { self.limits = limits }

  /// Takes one call of `key`.
  ///
  /// - Returns: nothing if it is allowed, else how long to wait until one is.
  package mutating func take(
    _ key: String, at now: ContinuousClock.Instant
  ) -> Duration? {
    let key = bucket(for: key, at: now)
    let full = max(fullAt[key] ?? now, now)
    let wait = now.duration(to: full) - limits.refill * (limits.burst - 1)
    guard wait <= .zero else { return wait }
    fullAt[key] = full + limits.refill
    return nil
  }

  private mutating func bucket(for key: String, at now: ContinuousClock.Instant) -> String {
    if fullAt[key] != nil || fullAt.count < limits.keysMax { return key }
    fullAt = fullAt.filter { $0.value > now }
    return fullAt.count < limits.keysMax ? key : ""
  }
}
