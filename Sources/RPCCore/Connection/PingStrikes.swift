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
