/// Whether a connection that says nothing is still there.
struct KeepAliveWatch {
  enum Verdict: Equatable {
    case alive
    /// Ask now.
    case ask
    case dead
  }

  let keepAlive: KeepAlive
  private var lastSign: ContinuousClock.Instant
  private var askedAt: ContinuousClock.Instant?

  init(_ keepAlive: KeepAlive, at now: ContinuousClock.Instant) {
    self.keepAlive = keepAlive
    lastSign = now
  }

  /// Takes note that something arrived.
  mutating func received(at now: ContinuousClock.Instant) {
    lastSign = now
    askedAt = nil
  }

  /// What to do now, and when to look again.
  mutating func look(
    at now: ContinuousClock.Instant, hasCalls: Bool
  ) -> (verdict: Verdict, next: ContinuousClock.Instant) {
    if let askedAt {
      let limit = askedAt + keepAlive.timeout
      return now < limit ? (.alive, limit) : (.dead, limit)
    }
    // A server need not talk while nothing is asked of it: the silence counts from the last look.
    if !hasCalls { lastSign = now }
    guard now >= lastSign + keepAlive.interval else {
      return (.alive, lastSign + keepAlive.interval)
    }
    askedAt = now
    return (.ask, now + keepAlive.timeout)
  }
}
