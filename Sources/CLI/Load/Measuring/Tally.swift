import RPCCore
import Synchronization

/// What became of calls, counted over some time.
struct Tally: Sendable {
  struct Failures: Sendable {
    var count = 0
    /// What the first of them said.
    var example: String
  }

  /// By method, in the plan's order: the calls that answered, and those that were given up with the
  /// time waited for them.
  var latencies: [LatencyHistogram]
  /// How long after its intended start a call was made, where there is a schedule.
  var delays = LatencyHistogram()
  /// By method.
  var succeeded: [Int]
  /// By method.
  var failed: [Int]
  var failures: [StatusCode: Failures] = [:]
  /// Calls that were under way when the run was over.
  var unfinished = 0
  /// Calls that ended and are not measured, for they began during the warm-up.
  var warmUp = 0
  /// Calls that succeeded, those of the warm-up included: what the server got done.
  var completed = 0
  var traffic = Traffic()

  init(methods: Int) {
    latencies = Array(repeating: LatencyHistogram(), count: methods)
    succeeded = Array(repeating: 0, count: methods)
    failed = Array(repeating: 0, count: methods)
  }

  var succeededCount: Int { succeeded.reduce(0, +) }
  var failedCount: Int { failed.reduce(0, +) }

  mutating func add(_ other: Tally) {
    for index in latencies.indices {
      latencies[index].add(other.latencies[index])
      succeeded[index] += other.succeeded[index]
      failed[index] += other.failed[index]
    }
    delays.add(other.delays)
    for (code, failures) in other.failures {
      self.failures[code, default: Failures(example: failures.example)].count += failures.count
    }
    unfinished += other.unfinished
    warmUp += other.warmUp
    completed += other.completed
    traffic += other.traffic
  }

  mutating func reset() {
    for index in latencies.indices {
      latencies[index].reset()
      succeeded[index] = 0
      failed[index] = 0
    }
    delays.reset()
    failures = [:]
    unfinished = 0
    warmUp = 0
    completed = 0
    traffic = Traffic()
  }
}

/// How a call ended.
enum Outcome: Sendable {
  case succeeded(Traffic)
  case failed(Status)
  /// It was given up because the run was over.
  case unfinished
}

extension Tally {
  /// Counts a call of method `index` that took `latency` nanoseconds.
  ///
  /// A call whose time ran out has taken at least that time and belongs among the latencies; one
  /// that was refused at once does not.
  mutating func record(_ outcome: Outcome, method index: Int, latency: Int64, delay: Int64?) {
    if let delay { delays.record(delay) }
    switch outcome {
    case .succeeded(let traffic):
      succeeded[index] += 1
      completed += 1
      latencies[index].record(latency)
      self.traffic += traffic
    case .failed(let status):
      failed[index] += 1
      if status.code == .deadlineExceeded { latencies[index].record(latency) }
      failures[status.code, default: Failures(example: status.message)].count += 1
    case .unfinished:
      unfinished += 1
      latencies[index].record(latency)
    }
  }
}

extension Tally {
  /// Counts a call that began during the warm-up.
  mutating func recordWarmUp(_ outcome: Outcome) {
    warmUp += 1
    if case .succeeded = outcome { completed += 1 }
  }

  /// The latencies of all methods together.
  var allLatencies: LatencyHistogram {
    var all = LatencyHistogram()
    latencies.forEach { all.add($0) }
    return all
  }
}

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
