import Synchronization

/// Records calls as they end, from many tasks at once.
final class Recorder: Sendable {
  private let tally: Mutex<Tally>

  init(methods: Int) { tally = Mutex(Tally(methods: methods)) }

  /// Counts a call; see `Tally.record`.
  func record(_ outcome: Outcome, method: Int, latency: Int64, delay: Int64?) {
    tally.withLock { $0.record(outcome, method: method, latency: latency, delay: delay) }
  }

  /// Counts a call of the warm-up.
  func recordWarmUp(_ outcome: Outcome) { tally.withLock { $0.recordWarmUp(outcome) } }

  /// Adds what was counted since the last time to `total`, through the empty `spare`: callers wait
  /// only while the two change places.
  func collect(into total: inout Tally, spare: inout Tally) {
    tally.withLock { swap(&$0, &spare) }
    total.add(spare)
    spare.reset()
  }
}
