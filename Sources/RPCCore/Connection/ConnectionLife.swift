/// What a server does about a connection because time has passed: its client did not say hello, has no
/// call, is silent, or has been there for long.
///
/// No clock: it is looked at, and says when to look again.
package struct ConnectionLife: Sendable {
  /// What is seen of the connection.
  package struct Signs: Sendable {
    package var isReady: Bool
    package var callCount: Int
    /// When the last call ended, or the connection was made.
    package var lastCall: ContinuousClock.Instant
    /// When anything arrived last, or the connection was made.
    package var lastHeard: ContinuousClock.Instant

    package init(
      isReady: Bool, callCount: Int, lastCall: ContinuousClock.Instant,
      lastHeard: ContinuousClock.Instant
    ) {
      self.isReady = isReady
      self.callCount = callCount
      self.lastCall = lastCall
      self.lastHeard = lastHeard
    }
  }

  package enum Action: Hashable, Sendable {
    /// Take leave, for this reason.
    case drain(String)
    /// The client had time to answer the first step of that.
    case nameLast
    /// Ask for a sign of life.
    case ask
    case close(ConnectionFault)
  }

  /// What a look at the connection led to, and when the next one is due.
  package struct Look: Hashable, Sendable {
    package let actions: [Action]
    package let next: ContinuousClock.Instant

    package init(_ actions: [Action], next: ContinuousClock.Instant) {
      self.actions = actions
      self.next = next
    }
  }

  /// By how much of itself the age at which a connection is let go differs from `connectionAgeMax`, at
  /// most: connections that came together do not leave together.
  private static let ageJitter = -0.1...0.1

  private let begin: ContinuousClock.Instant
  /// The shortest of all times: until hello has come, which nobody tells of, it is looked that often.
  private let step: Duration
  private let helloTimeout: Duration
  private let idleTimeout: Duration
  private let ageMax: Duration?
  private let ageGrace: Duration?
  /// When the connection has become old.
  private let old: ContinuousClock.Instant?
  private var keepAlive: KeepAliveWatch?
  private var lastHeard: ContinuousClock.Instant
  private var leave: (since: ContinuousClock.Instant, reason: String)?

  /// The life of a connection that begins at `now`.
  package init(
    limits: Limits, at now: ContinuousClock.Instant, using random: inout some RandomNumberGenerator
  ) {
    begin = now
    lastHeard = now
    helloTimeout = limits.helloTimeout
    idleTimeout = limits.idleTimeout
    ageMax = limits.connectionAgeMax
    ageGrace = limits.connectionAgeGrace
    step = [limits.idleTimeout, limits.connectionAgeMax, limits.keepAliveInterval]
      .compactMap(\.self).reduce(limits.helloTimeout, min)
    let factor = 1 + Double.random(in: Self.ageJitter, using: &random)
    old = limits.connectionAgeMax.map { now + $0 * factor }
    keepAlive = limits.keepAliveInterval.map {
      KeepAliveWatch(interval: $0, timeout: limits.keepAliveTimeout, at: now)
    }
  }

  /// When the first look is due.
  package var firstLook: ContinuousClock.Instant { begin + step }

  /// What to do now.
  package mutating func look(at now: ContinuousClock.Instant, _ signs: Signs) -> Look {
    guard signs.isReady else {
      let fault = ConnectionFault(.timeout, "no preface and settings within \(helloTimeout)")
      let due = begin + helloTimeout
      return Look(now < due ? [] : [.close(fault)], next: min(due, now + step))
    }
    let life = lookForLife(at: now, signs)
    let end =
      if let leave {
        lookAtLeave(since: leave.since, leave.reason, at: now, signs)
      } else {
        lookForEnd(at: now, signs)
      }
    return Look(
      life.actions + end.actions, next: max(min(life.next, end.next), now + .milliseconds(1)))
  }

  // MARK: One after the other

  private mutating func lookForLife(at now: ContinuousClock.Instant, _ signs: Signs) -> Look {
    if signs.lastHeard > lastHeard {
      lastHeard = signs.lastHeard
      keepAlive?.received(at: lastHeard)
    }
    guard let look = keepAlive?.look(at: now, hasCalls: true) else {
      return Look([], next: now + idleTimeout)
    }
    switch look.verdict {
    case .alive: return Look([], next: look.next)
    case .ask: return Look([.ask], next: look.next)
    case .dead:
      let fault = ConnectionFault(.timeout, "a keep-alive PING was not answered in time")
      return Look([.close(fault)], next: look.next)
    }
  }

  private mutating func lookForEnd(at now: ContinuousClock.Instant, _ signs: Signs) -> Look {
    let idle = (signs.callCount == 0 ? signs.lastCall : now) + idleTimeout
    let reason: String
    if idle <= now {
      reason = "no call for \(idleTimeout)"
    } else if let old, let ageMax, old <= now {
      reason = "the connection is as old as it gets, about \(ageMax)"
    } else {
      return Look([], next: min(idle, old ?? idle))
    }
    leave = (now, reason)
    return Look([.drain(reason)], next: now + min(helloTimeout, ageGrace ?? helloTimeout))
  }

  private func lookAtLeave(
    since: ContinuousClock.Instant, _ reason: String, at now: ContinuousClock.Instant,
    _ signs: Signs
  ) -> Look {
    if let ageGrace, since + ageGrace <= now {
      let fault = ConnectionFault(.timeout, "\(reason); its calls had another \(ageGrace)")
      return Look([.close(fault)], next: now)
    }
    let answer = since + helloTimeout
    let end = ageGrace.map { since + $0 } ?? now + idleTimeout
    if now < answer { return Look([], next: min(answer, end)) }
    // A client that was told, has no call and is still there is not going to leave.
    if signs.callCount == 0 {
      return Look([.close(ConnectionFault(.timeout, reason))], next: now)
    }
    return Look([.nameLast], next: min(end, now + helloTimeout))
  }
}
