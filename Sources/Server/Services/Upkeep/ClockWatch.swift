package import Store

/// Holds the clock on the wall against one that only counts, and notices when the former jumps.
package struct ClockWatch: Sendable {
  package enum Jump: Equatable, Sendable {
    case backwards(Duration)
    case ahead(Duration)
  }

  /// A smaller step back is how clocks are kept right.
  package static let stepBackMax = Duration.seconds(1)
  /// A server may be off for this long without being taken for a clock that jumps.
  package static let stepAheadMax = Duration.seconds(86_400)

  private enum Before {
    case nothing
    /// By a server that ran before, which counted from another start.
    case seen(Timestamp)
    case ticked(Timestamp, at: ContinuousClock.Instant)
  }

  private var before: Before

  /// `lastSeen` is the last time that a server of the same store has seen.
  package init(lastSeen: Timestamp?) {
    before = lastSeen.map { .seen($0) } ?? .nothing
  }

  /// Takes what both clocks say now.
  ///
  /// - Returns: the jump since the tick before, or since the time last seen, if there is one.
  package mutating func tick(
    _ wall: Timestamp, at instant: ContinuousClock.Instant
  ) -> Jump? {
    let expected: Timestamp
    switch before {
    case .nothing: expected = wall
    case .seen(let time): expected = time
    case .ticked(let time, let earlier): expected = time + (instant - earlier)
    }
    before = .ticked(wall, at: instant)
    let step = Duration.milliseconds(wall.unixMilliseconds - expected.unixMilliseconds)
    if step > Self.stepAheadMax { return .ahead(step) }
    return step < .zero - Self.stepBackMax ? .backwards(.zero - step) : nil
  }
}
