/// What a server is doing, as gRPC's channelz tells it: each connection as it was when it was looked
/// at.
public struct ServerSnapshot: Sendable {
  /// The open connections, the oldest first.
  public var connections: [Connection]

  /// Lists connections.
  package init(connections: [Connection]) { self.connections = connections }

  /// One connection.
  public struct Connection: Sendable {
    /// Where a connection stands on its way from start to end.
    public enum State: Sendable {
      /// The client has not said hello.
      case greeting
      /// Calls are taken.
      case ready
      /// Open calls are finished, and no more are taken.
      case draining
      /// It takes and gives nothing more.
      case closing
    }

    /// The name that stands in logs.
    public let name: String
    /// Where it comes from, as ``ServerContext/peer``.
    public let peer: String
    /// Who called, if that was proven.
    public let identity: PeerIdentity?
    /// Name and version of the client's software, as it says.
    public let agent: String
    /// Where it stands.
    public let state: State
    /// When it was accepted.
    public let accepted: ContinuousClock.Instant
    /// Time since then.
    public let age: Duration
    /// Time since the last byte arrived.
    public let idle: Duration
    /// Bytes that have arrived.
    public let bytesReceived: Int
    /// Bytes that were given to the network.
    public let bytesSent: Int
    /// Calls that were opened, the ended ones too.
    public let callsStarted: Int
    /// What of messages may be on its way each way, and what waits here.
    public let flow: Flow
    /// The last round trip of a PING; `nil` before the first.
    public let ping: Duration?
    /// The open calls, the oldest first.
    public let calls: [Call]
  }

  /// What of messages may still be sent before the receiver gives more credit, and what waits.
  public struct Flow: Sendable, Hashable {
    /// Bytes that may be sent.
    public var sendWindowBytes: Int
    /// Bytes that the peer may send.
    public var receiveWindowBytes: Int
    /// Bytes that wait here for credit or for the network.
    public var queuedBytes: Int

    package init(sendWindowBytes: Int = 0, receiveWindowBytes: Int = 0, queuedBytes: Int = 0) {
      self.sendWindowBytes = sendWindowBytes
      self.receiveWindowBytes = receiveWindowBytes
      self.queuedBytes = queuedBytes
    }
  }

  /// Messages of one direction of a call.
  public struct Traffic: Sendable, Hashable {
    /// How many there were.
    public var messages = 0
    /// Bytes in them.
    public var bytes = 0

    /// Counts nothing yet.
    public init() {}

    /// Counts one more.
    package mutating func count(_ bytes: Int) {
      messages &+= 1
      self.bytes &+= bytes
    }
  }

  /// One open call.
  public struct Call: Sendable {
    /// The number on the connection.
    public let stream: UInt32
    /// The method that is called.
    public let method: MethodDescriptor
    /// The name that stands in logs.
    public let requestID: String
    /// Time since it was opened.
    public let age: Duration
    /// Time until its deadline, negative past it; `nil` without one.
    public let left: Duration?
    /// Whether the handler has begun.
    public let isRunning: Bool
    /// What has arrived.
    public let received: Traffic
    /// What the handler has sent.
    public let sent: Traffic
    /// Windows and queue.
    public let flow: Flow
  }
}

extension ServerSnapshot.Connection {
  package init(
    name: String, peer: String, identity: PeerIdentity?, agent: String, state: State,
    accepted: ContinuousClock.Instant, heard: ContinuousClock.Instant,
    now: ContinuousClock.Instant, bytesReceived: Int, bytesSent: Int, callsStarted: Int,
    flow: ServerSnapshot.Flow, ping: Duration?, calls: [ServerSnapshot.Call]
  ) {
    self.name = name
    self.peer = peer
    self.identity = identity
    self.agent = agent
    self.state = state
    self.accepted = accepted
    age = accepted.duration(to: now)
    idle = heard.duration(to: now)
    self.bytesReceived = bytesReceived
    self.bytesSent = bytesSent
    self.callsStarted = callsStarted
    self.flow = flow
    self.ping = ping
    self.calls = calls
  }
}

extension ServerSnapshot.Call {
  package init(
    stream: UInt32, context: ServerContext, now: ContinuousClock.Instant, isRunning: Bool,
    received: ServerSnapshot.Traffic,
    sent: ServerSnapshot.Traffic, flow: ServerSnapshot.Flow
  ) {
    self.stream = stream
    method = context.method
    requestID = context.requestID
    age = context.arrival.duration(to: now)
    left = context.deadline.map { now.duration(to: $0) }
    self.isRunning = isRunning
    self.received = received
    self.sent = sent
    self.flow = flow
  }
}
