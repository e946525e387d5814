import NIOCore
import RPCCore

/// Who is at the other end of a connection.
struct Peer: Sendable {
  /// For logs and handlers.
  let name: String
  /// What connections are counted by.
  let host: String
}

/// What a server listens on and whom it is connected to; kept behind one lock.
struct Registry {
  /// Where the server stands on its way from start to end.
  enum Phase { case serving, draining, stopping, ended }

  private(set) var listeners: [Listener] = []
  private var phase = Phase.serving
  private var sessions: [ObjectIdentifier: ServerSession] = [:]
  private var connectionsByHost: [String: Int] = [:]
  /// What is listened on, or why nothing is, once that is known.
  private(set) var addresses: Result<[Address], any Error>?

  // MARK: Connections

  /// Why a connection from `peer` is not taken, or `nil`.
  func refusal(of peer: Peer, limits: Limits) -> ConnectionFault? {
    guard phase == .serving else {
      return ConnectionFault(.draining, "the server is stopping")
    }
    guard sessions.count < limits.connectionsMax else {
      return ConnectionFault(
        .tooManyConnections,
        "\(sessions.count + 1) connections; the limit is \(limits.connectionsMax)")
    }
    let count = connectionsByHost[peer.host, default: 0]
    guard count < limits.connectionsPerAddressMax else {
      return ConnectionFault(
        .tooManyConnections,
        "\(count + 1) connections from \(peer.host); the limit is \(limits.connectionsPerAddressMax)"
      )
    }
    return nil
  }

  /// Counts a connection; `false` if the server began to leave in the meantime.
  mutating func add(_ session: ServerSession) -> Bool {
    sessions[ObjectIdentifier(session)] = session
    connectionsByHost[session.peer.host, default: 0] += 1
    return phase == .serving
  }

  /// The open connections, in no order.
  var open: [ServerSession] { Array(sessions.values) }

  mutating func remove(_ session: ServerSession) {
    guard sessions.removeValue(forKey: ObjectIdentifier(session)) != nil else { return }
    let host = session.peer.host
    let left = connectionsByHost[host, default: 1] - 1
    connectionsByHost[host] = left == 0 ? nil : left
  }

  // MARK: Listeners and their addresses

  /// Keeps a listener; `false` if the server began to leave in the meantime.
  mutating func add(_ listener: Listener) -> Bool {
    guard phase == .serving else { return false }
    listeners.append(listener)
    return true
  }

  /// Makes the addresses known; the first result counts.
  mutating func settle(_ result: Result<[Address], any Error>) { addresses = addresses ?? result }

  // MARK: Leaving

  /// Moves on to draining or stopping; returns what must be told.
  mutating func beginLeaving(_ next: Phase) -> ([Listener], [ServerSession]) {
    guard phase != .ended else { return ([], []) }
    if phase == .serving || next == .stopping { phase = next }
    defer { listeners = [] }
    return (listeners, Array(sessions.values))
  }

  /// Ends when the last connection is gone; whether that is so now.
  mutating func endIfIdle() -> Bool {
    guard phase == .draining || phase == .stopping, sessions.isEmpty else { return false }
    phase = .ended
    return true
  }
}
