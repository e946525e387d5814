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
    public package(set) var identity: PeerIdentity?
    /// Name and version of the client's software, as it says.
    public package(set) var agent = ""
    /// Where it stands.
    public package(set) var state = State.greeting
    /// When it was accepted.
    public let accepted: ContinuousClock.Instant
    /// When the last byte arrived, and when it was looked at.
    package var heard, seen: ContinuousClock.Instant
    /// Time since it was accepted.
    public var age: Duration { accepted.duration(to: seen) }
    /// Time since the last byte arrived.
    public var idle: Duration { heard.duration(to: seen) }
    /// Bytes that have arrived.
    public package(set) var bytesReceived = 0
    /// Bytes that were given to the network.
    public package(set) var bytesSent = 0
    /// Calls that were opened, the ended ones too.
    public package(set) var callsStarted = 0
    /// What of messages may be on its way each way, and what waits here.
    public package(set) var flow = Flow()
    /// The last round trip of a PING; `nil` before the first.
    public package(set) var ping: Duration?
    /// The open calls, the oldest first.
    public package(set) var calls: [Call] = []

    /// One that is accepted now.
    package init(name: String, peer: String) {
      self.name = name
      self.peer = peer
      accepted = .now
      (heard, seen) = (accepted, accepted)
    }
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
