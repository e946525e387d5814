import RPCCore

extension ServerSession {
  /// What the connection is doing; on its event loop.
  func snapshot(at now: ContinuousClock.Instant) -> ServerSnapshot.Connection {
    let open = calls.sorted { $0.0 < $1.0 }.map { stream, call in
      ServerSnapshot.Call(
        stream: stream.rawValue, context: call.context, now: now,
        isRunning: call.stage == .started, received: call.received, sent: call.sent,
        flow: connection.flow(of: stream) ?? ServerSnapshot.Flow())
    }
    return ServerSnapshot.Connection(
      name: name, peer: peer.name, identity: identity, agent: connection.peer.agent, state: state,
      accepted: accepted, heard: lastHeard, now: now, bytesReceived: bytesReceived,
      bytesSent: bytesSent, callsStarted: callsStarted, flow: connection.flow,
      ping: pings.roundTrip, calls: open)
  }

  private var state: ServerSnapshot.Connection.State {
    if isClosing { return .closing }
    if connection.isDraining { return .draining }
    return connection.isReady ? .ready : .greeting
  }

  /// Sends a PING and tells `round` of its answer; from any thread.
  func ping(_ round: PingRound) {
    if !queue.push(.ping(round)) { round.settle() }
  }
}
