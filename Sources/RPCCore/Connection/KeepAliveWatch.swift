/// Whether a connection that says nothing is still there.
package struct KeepAliveWatch: Sendable {
  package enum Verdict: Equatable, Sendable {
    case alive
    /// Ask now.
    case ask
    case dead
  }

  private let interval: Duration
  private let timeout: Duration
  private var lastSign: ContinuousClock.Instant
  private var askedAt: ContinuousClock.Instant?

  /// Asks after `interval` of silence and gives up after another `timeout`.
  package init(interval: Duration, timeout: Duration, at now: ContinuousClock.Instant) {
    self.interval = interval
    self.timeout = timeout
    lastSign = now
  }

  /// Records that something arrived.
  package mutating func received(at now: ContinuousClock.Instant) {
    lastSign = now
    askedAt = nil
  }

  /// What to do now, and when to look again.
  package mutating func look(
    at now: ContinuousClock.Instant, hasCalls: Bool
  ) -> (verdict: Verdict, next: ContinuousClock.Instant) {
    if let askedAt {
      let limit = askedAt + timeout
      return now < limit ? (.alive, limit) : (.dead, limit)
    }
    // A peer need not talk while nothing is asked of it: the silence counts from the last look.
    if !hasCalls { lastSign = now }
    guard now >= lastSign + interval else {
      return (.alive, lastSign + interval)
    }
    askedAt = now
    return (.ask, now + timeout)
  }
}
