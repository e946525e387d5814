import NIOCore
public import RPCCore
import Waiting

extension Server: InspectedServer {
  /// How long a connection may take to answer the PING of a snapshot.
  private static let pingTimeout = TimeAmount.seconds(1)
  /// Connections that are looked at before the event loop's other work gets its turn.
  private static let connectionsInTurnMax = 128

  /// Every method that is served, in the order of their names.
  public var methods: [MethodDescriptor] { routes.methods }

  /// What each connection and call is doing, the oldest connection first.
  ///
  /// Each is looked at on its own event loop, so they are not all of one instant.
  public func snapshot(pinging: Bool = false) async -> ServerSnapshot {
    let sessions = openSessions
    if pinging { await ping(sessions) }
    var connections: [ServerSnapshot.Connection] = []
    for (_, ofLoop) in Dictionary(grouping: sessions, by: { ObjectIdentifier($0.loop) }) {
      for start in stride(from: 0, to: ofLoop.count, by: Self.connectionsInTurnMax) {
        let turn = ofLoop[start..<min(start + Self.connectionsInTurnMax, ofLoop.count)]
        connections += await looks(at: turn)
      }
    }
    return ServerSnapshot(connections: connections.sorted { $0.accepted < $1.accepted })
  }

  private func looks(at sessions: ArraySlice<ServerSession>) async -> [ServerSnapshot.Connection] {
    guard let loop = sessions.first?.loop else { return [] }
    return await withCheckedContinuation { continuation in
      loop.execute {
        let now = ContinuousClock.now
        continuation.resume(returning: sessions.map { $0.snapshot(at: now) })
      }
    }
  }

  private func ping(_ sessions: [ServerSession]) async {
    let answers = OneShotSignal(after: sessions.count)
    for session in sessions { session.ping(answers) }
    let alarm = EventLoops.next().scheduleTask(in: Self.pingTimeout) { answers.open() }
    await answers.wait()
    alarm.cancel()
  }
}
