import RPCCore
import Synchronization

/// The PING that a connection was sent last, and who waits for its answer.
struct PingWatch {
  private var sent: ContinuousClock.Instant?
  private var rounds: [PingRound] = []
  /// How long the last answer took.
  private(set) var roundTrip: Duration?

  /// Adds who waits; whether a PING is to be sent, because none is under way.
  mutating func begin(_ round: PingRound, isPossible: Bool) -> Bool {
    guard isPossible else {
      round.settle()
      return false
    }
    rounds.append(round)
    guard sent == nil else { return false }
    sent = .now
    return true
  }

  mutating func answered(at now: ContinuousClock.Instant) {
    roundTrip = sent.map { $0.duration(to: now) }
    sent = nil
    settle()
  }

  /// The connection is gone.
  mutating func abandon() { settle() }

  private mutating func settle() {
    for round in rounds { round.settle() }
    rounds = []
  }
}

/// Waits until all connections have answered a PING, or the time for it has passed.
final class PingRound: Sendable {
  private struct State {
    var awaited: Int
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state: Mutex<State>

  init(connections: Int) { state = Mutex(State(awaited: connections)) }

  /// One connection has answered, or will not.
  func settle() { change { $0.awaited -= 1 } }

  /// The time has passed.
  func expire() { change { $0.awaited = 0 } }

  /// Returns when nothing is awaited any more.
  func wait() async {
    await withCheckedContinuation { continuation in
      change { $0.waiter = continuation }
    }
  }

  private func change(_ body: (inout State) -> Void) {
    let waiter = state.withLock { state in
      body(&state)
      return state.awaited > 0 ? nil : state.waiter.take()
    }
    waiter?.resume()
  }
}
