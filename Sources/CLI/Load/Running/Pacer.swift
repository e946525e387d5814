/// Lets calls start when the schedule says so: one loop that sleeps until the next call is due and
/// then releases all that are, to each connection in turn.
struct Pacer: Sendable {
  let schedule: Schedule
  let lanes: [Lane]
  let clock: RunClock

  /// Nanoseconds that the loop sleeps at least: a shorter sleep costs more than it is worth.
  private static let sleepMin: Int64 = 50_000

  /// Returns when the last call of the schedule was released.
  ///
  /// - Throws: `CancellationError` if this task was cancelled.
  func run() async throws {
    var released = 0
    while true {
      let due = schedule.due(after: clock.elapsed())
      release(released..<due)
      released = due
      guard released < schedule.count else { return }
      let wake = max(schedule.offset(ofCall: released), clock.elapsed() + Self.sleepMin)
      try await Task.sleep(
        until: clock.start + .nanoseconds(wake), tolerance: .zero, clock: .continuous)
    }
  }

  private func release(_ calls: Range<Int>) {
    if calls.count < lanes.count {
      for call in calls { lanes[call % lanes.count].release(1) }
    } else {
      for lane in lanes {
        lane.release(Schedule.share(of: lane.index, among: lanes.count, in: calls))
      }
    }
  }
}
