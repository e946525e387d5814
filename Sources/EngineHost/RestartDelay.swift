/// How long to wait before an engine that ended is started again.
///
/// The first time not at all, so that serving goes on at once; an engine that keeps dying waits
/// longer each time, so that it cannot keep the machine busy with starting.
struct RestartDelay {
  private var deaths = 0

  static let longest = Duration.seconds(10)
  /// An engine that lived so long starts with a clean record.
  static let goodLife = Duration.seconds(30)

  /// The wait after an engine that lived for `life`.
  mutating func next(afterLife life: Duration) -> Duration {
    if life >= Self.goodLife { deaths = 0 }
    defer { deaths += 1 }
    guard deaths > 0 else { return .zero }
    let doublings = min(deaths - 1, 10)
    return min(Self.longest, .milliseconds(250 << doublings))
  }
}
