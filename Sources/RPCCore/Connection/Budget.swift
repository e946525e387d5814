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
