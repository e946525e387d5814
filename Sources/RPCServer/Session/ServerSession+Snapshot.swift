import RPCCore
import Waiting

extension ServerSession {
  /// What the connection is doing; on its event loop.
  func snapshot(at now: ContinuousClock.Instant) -> ServerSnapshot.Connection {
    var facts = facts
    facts.seen = now
    facts.agent = connection.peer.agent
    facts.state = state
    facts.flow = connection.flow
    facts.ping = pings.roundTrip
    facts.calls = calls.sorted { $0.0 < $1.0 }.map { stream, call in
      ServerSnapshot.Call(
        stream: stream.rawValue, context: call.context, now: now,
        isRunning: call.stage == .started, received: call.received, sent: call.sent,
        flow: connection.flow(of: stream) ?? ServerSnapshot.Flow())
    }
    return facts
  }

  private var state: ServerSnapshot.Connection.State {
    if isClosing { return .closing }
    if connection.isDraining { return .draining }
    return connection.isReady ? .ready : .greeting
  }

  /// Sends a PING, whose answer arrives at `waiter`, as does that there will be none; from any thread.
  func ping(_ waiter: OneShotSignal) {
    if !queue.push(.ping(waiter)) { waiter.arrive() }
  }
}

/// The PING that a connection was sent last, and who waits for its answer.
struct PingWatch {
  private var sent: ContinuousClock.Instant?
  private var waiters: [OneShotSignal] = []
  /// How long the last answer took.
  private(set) var roundTrip: Duration?

  /// Adds who waits; whether a PING is to be sent, because none is under way.
  mutating func begin(_ waiter: OneShotSignal, isPossible: Bool) -> Bool {
    guard isPossible else {
      waiter.arrive()
      return false
    }
    waiters.append(waiter)
    guard sent == nil else { return false }
    sent = .now
    return true
  }

  mutating func answered(at now: ContinuousClock.Instant) {
    roundTrip = sent.map { $0.duration(to: now) }
    sent = nil
    abandon()
  }

  /// No answer will come.
  mutating func abandon() {
    for waiter in waiters { waiter.arrive() }
    waiters = []
  }
}
