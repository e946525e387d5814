/// Decides which progress of a training is kept: the first of each phase, and four a second.
///
/// An engine reports each batch; a person sees no more than this, and every one kept is a
/// transaction.
struct ProgressThrottle<Phase: Hashable> {
  /// The time that passes at least before one is kept that is not the first of its phase.
  static var pause: Duration { .milliseconds(250) }

  private var phases: Set<Phase> = []
  private var last: ContinuousClock.Instant?

  init() {}

  /// Whether progress that comes `now` is kept; when it is, the pause begins again.
  mutating func keeps(_ phase: Phase, at now: ContinuousClock.Instant) -> Bool {
    let isFirst = phases.insert(phase).inserted
    if !isFirst, let last, last.duration(to: now) < Self.pause { return false }
    last = now
    return true
  }
}
