/// The budgets of one connection for what costs its sender little and us more.
package struct FloodGuard: Sendable {
  private let limits: Limits
  private var control: Budget
  private var pings: Budget
  private var resets: Budget

  package init(limits: Limits) {
    self.limits = limits
    control = Budget(
      burstMax: limits.controlFramesBurstMax, perSecond: limits.controlFramesPerSecondMax)
    pings = Budget(burstMax: limits.pingsBurstMax, perSecond: limits.pingsPerSecondMax)
    resets = Budget(burstMax: limits.resetsBurstMax, perSecond: limits.resetsPerSecondMax)
  }

  /// A frame without data has arrived.
  package mutating func control(at now: ContinuousClock.Instant) throws(ConnectionFault) {
    guard control.spend(at: now) else {
      throw .tooMuch("frames without data", limits.controlFramesBurstMax)
    }
  }

  /// Our DATA went out: its receiver may answer each frame by CREDIT for stream and connection.
  package mutating func sentData(frames: Int) { control.earn(2 * frames) }

  /// A PING has arrived.
  package mutating func ping(at now: ContinuousClock.Instant) throws(ConnectionFault) {
    guard pings.spend(at: now) else { throw .tooMuch("PINGs", limits.pingsBurstMax) }
  }

  /// A call was cancelled by the peer, or refused by us.
  package mutating func reset(at now: ContinuousClock.Instant) throws(ConnectionFault) {
    guard resets.spend(at: now) else {
      throw .tooMuch("cancelled and refused calls", limits.resetsBurstMax)
    }
  }

  /// Frames wait because the peer does not read.
  package func queued(bytes: Int) throws(ConnectionFault) {
    guard bytes <= limits.controlBytesQueuedMax else {
      throw ConnectionFault(
        .tooMuch,
        "\(bytes) bytes of answers that are not read; the limit is \(limits.controlBytesQueuedMax)")
    }
  }
}

extension ConnectionFault {
  fileprivate static func tooMuch(_ what: String, _ burstMax: Int) -> ConnectionFault {
    ConnectionFault(.tooMuch, "more \(what) than \(burstMax) at once or in the long run")
  }
}

/// Counts the PINGs of a client that come too soon after each other while it has no open call.
///
/// The budget of PINGs bounds what they cost us; this ends connections that are kept alive for nothing.
package struct PingStrikes: Sendable {
  private let intervalMin: Duration
  private let strikesMax: Int
  private var last: ContinuousClock.Instant?
  private var strikes = 0

  package init(limits: Limits) {
    intervalMin = limits.pingIntervalMin
    strikesMax = limits.pingStrikesMax
  }

  /// A PING has arrived.
  package mutating func ping(
    at now: ContinuousClock.Instant, hasCalls: Bool
  ) throws(ConnectionFault) {
    let isEarly = last.map { $0.duration(to: now) < intervalMin } ?? false
    last = now
    guard isEarly, !hasCalls else { return }
    strikes += 1
    guard strikes <= strikesMax else {
      throw ConnectionFault(
        .tooMuch,
        "\(strikes) PINGs within \(intervalMin) of the one before, without an open call; "
          + "the limit is \(strikesMax)")
    }
  }

  /// A call was opened: the connection is of use.
  package mutating func opened() {
    guard last != nil else { return }
    last = nil
    strikes = 0
  }
}

/// How often something may happen: so many times at once, and so many a second in the long run.
package struct Budget: Sendable {
  private let burstMax: Double
  private let perSecond: Double
  private var left: Double
  private var refilled: ContinuousClock.Instant?

  package init(burstMax: Int, perSecond: Int) {
    self.burstMax = Double(burstMax)
    self.perSecond = Double(perSecond)
    left = Double(burstMax)
  }

  /// Uses one; `false` if none is left.
  package mutating func spend(at now: ContinuousClock.Instant) -> Bool {
    if left < 1 { refill(at: now) }
    guard left >= 1 else { return false }
    if refilled == nil { refilled = now }
    left -= 1
    return true
  }

  /// Adds what was earned, up to the burst.
  package mutating func earn(_ count: Int) { left = min(burstMax, left + Double(count)) }

  private mutating func refill(at now: ContinuousClock.Instant) {
    guard let refilled else { return }
    let passed = refilled.duration(to: now) / .seconds(1)
    left = min(burstMax, left + max(0, passed) * perSecond)
    self.refilled = now
  }
}
