/// Decides which progress of a training is kept: the first of each phase, and four a second.
///
/// An engine reports each batch; a person sees no more than this, and every one kept is a
/// transaction.
struct ProgressThrottle<Phase: Equatable> {
  /// The time that passes at least between two kept of one phase.
  static var pause: Duration { .milliseconds(250) }

  private var phase: Phase?
  private var last: ContinuousClock.Instant?

  init() {}

  /// Whether progress that comes `now` is kept; when it is, the pause begins again.
  mutating func keeps(_ phase: Phase, at now: ContinuousClock.Instant) -> Bool {
    if phase == self.phase, let last, last.duration(to: now) < Self.pause { return false }
    self.phase = phase
    last = now
    return true
  }
}
