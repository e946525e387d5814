import Logging
import NIOCore
import RPCCore
import Synchronization
import Waiting

/// The connections of one client: makes them, chooses among them, and makes them again.
final class ConnectionPool: Sendable {
  /// Begins a connection to an address for a session, and tells the session how that went.
  typealias Connector = @Sendable (Address, any Session, any EventLoop) -> Void

  /// What a call that wants a connection is told.
  enum Pick {
    case use(ClientSession)
    /// Until something changes; the number is for `wait`.
    case wait(Int)
    case fail(Status)
    /// For good.
    case closed(Status)
  }

  private struct State {
    var logic: PoolState<ClientSession>
    /// Those of calls that wait for a change.
    var waiters: [ObjectIdentifier: OneShotSignal] = [:]
    /// Goes up with every change that a waiting call may care about.
    var changes = 0
    var alarm: (due: ContinuousClock.Instant, task: Scheduled<Void>)?
    var isClosed = false
    var random = SystemRandom()
  }

  private let configuration: ClientConfiguration
  private let logger: Logger
  private let connector: Connector
  private let timers = LoopTimers()
  /// Where back-off and the deadlines of waiting calls are timed, and where the first connection is.
  private let loop: any EventLoop
  private let state: Mutex<State>

  init(
    _ configuration: ClientConfiguration, on loop: any EventLoop, logger: Logger,
    connector: @escaping Connector
  ) {
    self.loop = loop
    self.configuration = configuration
    self.logger = logger
    self.connector = connector
    state = Mutex(
      State(
        logic: PoolState(
          addresses: configuration.addresses,
          connectionsPerAddressMax: configuration.connectionsPerAddressMax,
          balancing: configuration.balancing, backoff: configuration.backoff)))
  }

  // MARK: For calls

  /// A connection for a call, if one is ready and has room.
  func pickReady() -> ClientSession? {
    state.withLock { state in state.isClosed ? nil : state.logic.pickNow()?.handle }
  }

  /// A connection for a call; begins new ones if there is none, or all are full.
  func pick(waitForReady: Bool) -> Pick {
    let picked: Pick? = state.withLock { state in
      if state.isClosed { return .closed(Self.closed) }
      return state.logic.pickNow().map { .use($0.handle) }
    }
    if let picked { return picked }
    let now = ContinuousClock.now
    let (pick, begun): (Pick, [Begun]) = state.withLock { state in
      if state.isClosed { return (.closed(Self.closed), []) }
      let begun = begin(&state, at: now)
      switch state.logic.pick(waitForReady: waitForReady) {
      case .use(let member): return (.use(member.handle), begun)
      case .wait: return (.wait(state.changes), begun)
      case .fail(let status): return (.fail(status), begun)
      }
    }
    connect(begun)
    return pick
  }

  /// Waits until something has changed since a `pick` said to wait.
  ///
  /// - Throws: `DEADLINE_EXCEEDED` at the deadline, `CancellationError`, `UNAVAILABLE` when closed.
  func wait(since changes: Int, until deadline: ContinuousClock.Instant?) async throws {
    try Task.checkCancellation()
    let change = OneShotSignal()
    state.withLock { state in
      guard !state.isClosed, state.changes == changes else { return change.open() }
      state.waiters[ObjectIdentifier(change)] = change
      setAlarm(&state, hasWaiters: true)
    }
    let timer = deadline.map { deadline in
      loop.scheduleTask(in: delay(until: deadline)) { change.open() }
    }
    await change.wait()
    timer?.cancel()
    try state.withLock { state in
      let nothingChanged = state.waiters.removeValue(forKey: ObjectIdentifier(change)) != nil
      if state.isClosed { throw Self.closed }
      guard nothingChanged else { return }
      guard change.isOpen else { throw CancellationError() }
      throw Status(
        .deadlineExceeded,
        "the call's deadline passed while it waited: \(state.logic.refusal.message)",
        details: [.unprocessed])
    }
  }

  /// Records that a session takes no more calls, before it said so itself.
  func leave(_ session: ClientSession) {
    state.withLock { $0.logic.beganLeaving(session.counter) }
  }

  /// Lets every address be tried at once.
  func resetBackoff() { state.withLock { $0.logic.resetBackoff() } }

  /// Ends open calls and closes all connections.
  func close() async {
    let (sessions, waiters) = state.withLock { state in
      state.isClosed = true
      state.alarm?.task.cancel()
      state.alarm = nil
      return (state.logic.members.map(\.handle), takeWaiters(&state))
    }
    for waiter in waiters { waiter.open() }
    await withDiscardingTaskGroup { group in
      for session in sessions { group.addTask { await session.closed() } }
    }
  }

  /// What the pool knows now.
  func snapshot() -> (logic: PoolState<ClientSession>, waiting: Int) {
    state.withLock { ($0.logic, $0.waiters.count) }
  }

  private static let closed = Status.unprocessed("the client was closed")

  // MARK: Connections

  private typealias Begun = (session: ClientSession, address: Address)

  /// Makes sessions for the addresses that need one; `connect` follows, outside the lock.
  private func begin(_ state: inout State, at now: ContinuousClock.Instant) -> [Begun] {
    state.logic.targetsToConnect(at: now).map { target in
      let isFirst = state.logic.ready.isEmpty && state.logic.connecting.isEmpty
      let session = ClientSession(
        loop: isFirst ? loop : EventLoops.next(), timers: timers, configuration: configuration,
        logger: logger
      ) { [self] in changed($0, $1) }
      state.logic.add(session, session.counter, target: target)
      return (session, state.logic.targets[target].address)
    }
  }

  private func connect(_ begun: [Begun]) {
    for (session, address) in begun { connector(address, session, session.loop) }
  }

  /// Called on the session's event loop.
  private func changed(_ session: ClientSession, _ change: ClientSession.Change) {
    let now = ContinuousClock.now
    let waiters = state.withLock { state in
      switch change {
      case .ready: state.logic.becameReady(session.counter)
      case .leaving: state.logic.beganLeaving(session.counter)
      case .ended(let status, let isFailure):
        state.logic.ended(
          session.counter, status, isFailure: isFailure, at: now, using: &state.random)
      }
      state.changes += 1
      let waiters = takeWaiters(&state)
      setAlarm(&state, hasWaiters: !waiters.isEmpty)
      return waiters
    }
    for waiter in waiters { waiter.open() }
  }

  // MARK: Waiting calls and time

  private func takeWaiters(_ state: inout State) -> [OneShotSignal] {
    defer { state.waiters = [:] }
    return Array(state.waiters.values)
  }

  private func delay(until due: ContinuousClock.Instant) -> TimeAmount {
    TimeAmount(max(.zero, ContinuousClock.now.duration(to: due)))
  }

  /// Sets the alarm to when an address is to be tried again.
  private func setAlarm(_ state: inout State, hasWaiters: Bool) {
    let due = state.isClosed ? nil : state.logic.nextAttempt(hasWaiters: hasWaiters)
    guard due != state.alarm?.due else { return }
    state.alarm?.task.cancel()
    state.alarm = due.map { due in
      (due, loop.scheduleTask(in: delay(until: due)) { [weak self] in self?.alarmRang() })
    }
  }

  private func alarmRang() {
    let now = ContinuousClock.now
    let begun = state.withLock { state in
      state.alarm = nil
      return state.isClosed ? [] : begin(&state, at: now)
    }
    connect(begun)
  }
}
