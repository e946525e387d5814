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
