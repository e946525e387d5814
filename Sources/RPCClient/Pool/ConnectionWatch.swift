import RPCCore

/// Looks at a connection from time to time: whether it is idle, and whether its server is there.
///
/// Used on the connection's event loop. Between the looks it costs calls nothing.
struct ConnectionWatch {
  enum Finding {
    case nothing
    /// No call was open for the whole idle time.
    case idle
    /// Ask the server for a sign of life.
    case ask
    /// The server gave no sign of life when it was asked.
    case dead
  }

  /// The tokens of its timers, beyond all stream numbers.
  static let idleToken: UInt64 = 1 << 32
  static let keepAliveToken: UInt64 = 2 << 32

  private let timer: LoopTimer
  private let idleTimeout: Duration?
  private var keepAlive: KeepAliveWatch?
  private var idleTimer: LoopTimer.Handle?
  private var keepAliveTimer: LoopTimer.Handle?
  /// Calls that had been begun at the last look for idleness.
  private var lastCallsBegun: Int?

  init(_ configuration: ClientConfiguration, _ timer: LoopTimer) {
    self.timer = timer
    idleTimeout = configuration.idleTimeout
    keepAlive = configuration.keepAlive.map {
      KeepAliveWatch(interval: $0.interval, timeout: $0.timeout, at: .now)
    }
  }

  /// Records that something arrived.
  mutating func received(at now: ContinuousClock.Instant) { keepAlive?.received(at: now) }

  /// Takes the first look; `target` is told when to take the next ones.
  mutating func start(for target: any TimerTarget, callsBegun: Int) {
    let now = ContinuousClock.now
    received(at: now)
    for token in [Self.idleToken, Self.keepAliveToken] {
      _ = look(token, at: now, for: target, callsBegun: callsBegun, hasCalls: true)
    }
  }

  mutating func stop() {
    timer.remove(&idleTimer)
    timer.remove(&keepAliveTimer)
  }

  /// Looks because the timer of `token` has fired, and sets it again.
  mutating func look(
    _ token: UInt64, at now: ContinuousClock.Instant, for target: any TimerTarget,
    callsBegun: Int, hasCalls: Bool
  ) -> Finding {
    if token == Self.idleToken {
      idleTimer = nil
      guard let idleTimeout else { return .nothing }
      if !hasCalls, callsBegun == lastCallsBegun { return .idle }
      lastCallsBegun = callsBegun
      idleTimer = timer.set(due: now + idleTimeout, for: target, token: token)
      return .nothing
    }
    keepAliveTimer = nil
    guard let look = keepAlive?.look(at: now, hasCalls: hasCalls) else { return .nothing }
    if look.verdict == .dead { return .dead }
    keepAliveTimer = timer.set(due: look.next, for: target, token: token)
    return look.verdict == .ask ? .ask : .nothing
  }
}
