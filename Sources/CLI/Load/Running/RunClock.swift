/// The times of a run, in nanoseconds from its start.
struct RunClock: Sendable {
  let start: ContinuousClock.Instant
  /// From here on calls are measured.
  let warmUpEnd: Int64
  /// From here on no call starts.
  let end: Int64

  init(start: ContinuousClock.Instant, plan: LoadPlan) {
    self.start = start
    warmUpEnd = plan.warmUp.nanoseconds
    end = plan.total.nanoseconds
  }

  func elapsed(at now: ContinuousClock.Instant = .now) -> Int64 {
    start.duration(to: now).nanoseconds
  }
}

extension Duration {
  /// Whole nanoseconds, for up to 292 years.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
