import Synchronization
import Waiting

/// When calls at a constant rate are to start: call 0 at once, the others evenly after it.
struct Schedule: Sendable {
  let callsPerSecond: Double
  /// How many calls there are before the end.
  let count: Int

  init(callsPerSecond: Double, total: Duration, callsMax: Int) {
    precondition(callsPerSecond > 0, "\(callsPerSecond) calls a second")
    self.callsPerSecond = callsPerSecond
    let calls = (total / .seconds(1) * callsPerSecond).rounded(.up)
    count = calls < Double(callsMax) ? Int(calls) : callsMax
  }

  /// Nanoseconds from the start of the run to the intended start of a call.
  func offset(ofCall number: Int) -> Int64 {
    Int64((Double(number) / callsPerSecond * 1e9).rounded(.up))
  }

  /// How many calls are to have started `elapsed` nanoseconds into the run.
  func due(after elapsed: Int64) -> Int {
    guard elapsed >= 0 else { return 0 }
    var due = min(count, Int(Double(elapsed) / 1e9 * callsPerSecond) + 1)
    // Rounding may be off by one either way; the offsets decide.
    while due > 0, offset(ofCall: due - 1) > elapsed { due -= 1 }
    while due < count, offset(ofCall: due) <= elapsed { due += 1 }
    return due
  }

  /// How many of the calls number `range` belong to `lane`, which has every `lanes`th of them.
  static func share(of lane: Int, among lanes: Int, in range: Range<Int>) -> Int {
    func before(_ bound: Int) -> Int { (bound + lanes - 1 - lane) / lanes }
    return before(range.upperBound) - before(range.lowerBound)
  }
}

/// The times of a run, in nanoseconds from its start.
struct RunClock: Sendable {
  let start: ContinuousClock.Instant
  /// From here on calls are measured.
  let warmUpEnd: Int64

  init(start: ContinuousClock.Instant, plan: LoadPlan) {
    self.start = start
    warmUpEnd = plan.warmUp.nanoseconds
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

/// Lets all lanes begin at one time, when the last of them is connected.
final class StartSignal: Sendable {
  private let connected: OneShotSignal
  private let started = OneShotSignal()
  private let clock = Mutex<RunClock?>(nil)

  init(lanes: Int) { connected = OneShotSignal(after: lanes) }

  /// Says that a lane is ready and waits for the start; `nil` if this task was cancelled.
  func wait() async -> RunClock? {
    connected.arrive()
    await started.wait()
    return Task.isCancelled ? nil : clock.withLock { $0 }
  }

  /// Waits until all lanes are ready; `false` if this task was cancelled.
  func waitForLanes() async -> Bool {
    await connected.wait()
    return connected.isOpen
  }

  /// Starts all lanes.
  func begin(_ clock: RunClock) {
    self.clock.withLock { $0 = clock }
    started.open()
  }
}
