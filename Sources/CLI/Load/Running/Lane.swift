import Synchronization

/// Gives the callers of one connection leave to start calls.
///
/// In a closed loop there is always leave, until the end. In an open loop the pacer releases the
/// calls that are due; what is due while every caller is busy waits here, as the backlog.
final class Lane: Sendable {
  enum Leave {
    /// The next call, by its number on this lane.
    case call(Int)
    case over
  }

  private struct State {
    var released: Int
    let callsMax: Int
    var taken = 0
    var isOver = false
    var waiting: [CheckedContinuation<Leave, Never>] = []

    /// Leave for the next call if it is due; nil if the caller has to wait.
    mutating func take() -> Leave? {
      if isOver || taken == callsMax { return .over }
      guard taken < released else { return nil }
      defer { taken += 1 }
      return .call(taken)
    }
  }

  /// The place of the connection among all.
  let index: Int
  private let state: Mutex<State>

  /// Makes a lane with leave for `released` calls at once, and for `callsMax` in all.
  init(index: Int, released: Int, callsMax: Int) {
    self.index = index
    state = Mutex(State(released: released, callsMax: callsMax))
  }

  /// Waits until a call is due, or everything is over.
  func next() async -> Leave {
    if let leave = state.withLock({ $0.take() }) { return leave }
    return await withCheckedContinuation { continuation in
      let leave: Leave? = state.withLock { state in
        if let leave = state.take() { return leave }
        state.waiting.append(continuation)
        return nil
      }
      if let leave { continuation.resume(returning: leave) }
    }
  }

  /// Makes `count` more calls due.
  func release(_ count: Int) {
    let resumed = state.withLock { state in
      state.released += count
      var resumed: [(CheckedContinuation<Leave, Never>, Leave)] = []
      while let leave = state.waiting.isEmpty ? nil : state.take() {
        resumed.append((state.waiting.removeLast(), leave))
      }
      return resumed
    }
    for (continuation, leave) in resumed { continuation.resume(returning: leave) }
  }

  /// Gives no more leave.
  func end() {
    let waiting = state.withLock { state in
      state.isOver = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume(returning: .over) }
  }

  /// Calls that are due and that no caller has taken.
  var backlog: Int { state.withLock { $0.released - $0.taken } }
}

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
