/// Every bound of a connection and of a server; the defaults suit strangers on a network.
///
/// What the other side may send is announced to it in SETTINGS, and holds from the first byte.
public struct Limits: Sendable, Hashable {
  // MARK: Frames and messages

  /// Payload bytes in one frame, at most; 64 KiB (also the least allowed) to 16 MiB - 1.
  public var frameBytesMax = 64 << 10
  /// Bytes in one message, at most.
  ///
  /// More data is sent as a stream of messages.
  public var messageBytesMax = 4 << 20
  /// Whether messages may arrive compressed.
  public var takesCompressed = true
  /// Bytes that a connection may hold in messages larger than a stream's window, together.
  ///
  /// Beyond it such messages wait for each other. At least ``messageBytesMax`` and 36.
  public var assembledBytesMax = 64 << 20

  /// Bytes that all connections of a server may hold in messages that no handler has taken, together.
  ///
  /// Beyond it calls that bring more are refused; at least ``messageBytesMax``. Up to 16 KiB of a
  /// connection's messages are not counted.
  public var receivedBytesMax = 512 << 20

  // MARK: What goes with a call

  /// Bytes of a call's metadata: keys, values, and 32 for each entry; at most 32 KiB.
  public var metadataBytesMax = 8 << 10
  /// Entries in a call's metadata.
  public var metadataEntriesMax = 64
  /// Bytes of `package.Service/Method`.
  public var methodBytesMax = 256
  /// Bytes of an idempotency key.
  public var idempotencyKeyBytesMax = 128

  // MARK: Flow control

  /// DATA bytes that a sender may have under way on one call; 64 KiB (also the least) to 1 GiB.
  public var streamWindowBytes = 256 << 10
  /// What a call's window may grow to while its messages are taken as fast as they come.
  public var streamWindowBytesMax = 4 << 20
  /// What the windows of one connection's calls may grow by, together.
  public var windowGrowthBytesMax = 16 << 20
  /// DATA bytes that a sender may have under way on a connection; 1 MiB (also the least) to 1 GiB.
  public var connectionWindowBytes = 4 << 20
  /// Bytes of a call's own messages that may wait to be sent before its writer waits.
  public var queuedBytesMax = 64 << 10

  // MARK: Connections

  /// Calls that may be open on one connection, handlers that have not returned included.
  public var streamsMax = 128
  /// Connections of one server.
  public var connectionsMax = 10_000
  /// Connections of one server from one address; those over Unix sockets count as one address.
  public var connectionsPerAddressMax = 1_000
  /// Time to connect, and then to say hello: the preface and the settings.
  public var helloTimeout = Duration.seconds(10)
  /// Time without a call after which a server closes a connection.
  public var idleTimeout = Duration.seconds(600)
  /// Age at which a server lets a connection go, to within a tenth; `nil` for never.
  ///
  /// Its client is told as in a drain, makes another connection for its next calls, perhaps to another
  /// server, and loses none.
  public var connectionAgeMax: Duration? = .seconds(3_600)
  /// Time that open calls of a connection have which is let go; `nil` for as long as they take.
  public var connectionAgeGrace: Duration?
  /// Silence after which a server asks its client for a sign of life; `nil` for never.
  public var keepAliveInterval: Duration? = .seconds(120)
  /// Silence after that question that ends the connection.
  public var keepAliveTimeout = Duration.seconds(20)
  /// Time for which a connection's peer may read nothing of what waits to be sent to it.
  public var writeTimeout = Duration.seconds(30)
  /// Time for a message or a frame that has begun to arrive, and on top a second for each
  /// ``receiveBytesPerSecondMin`` bytes of it.
  ///
  /// Time in which the message waits for our credit does not count.
  public var receiveGrace = Duration.seconds(20)
  /// Bytes per second at which a message or a frame arrives, at least, when ``receiveGrace`` is over.
  public var receiveBytesPerSecondMin = 4 << 10
  /// Time a closing connection may take to write what it still has to say.
  public var closeTimeout = Duration.seconds(2)

  // MARK: Budgets against floods

  /// PING, CREDIT, CANCEL and other frames that carry no data: so many at once, and
  /// ``controlFramesPerSecondMax`` in the long run.
  ///
  /// DATA sent by us earns CREDIT frames beyond it.
  public var controlFramesBurstMax = 2_000
  /// Frames without data per second in the long run.
  public var controlFramesPerSecondMax = 500
  /// PINGs at once; see ``pingsPerSecondMax``.
  public var pingsBurstMax = 50
  /// PINGs per second in the long run.
  public var pingsPerSecondMax = 10
  /// Time between two PINGs of a client without an open call, at least: one that comes sooner is a
  /// strike.
  ///
  /// A call makes up for all strikes before it.
  public var pingIntervalMin = Duration.seconds(300)
  /// Strikes that are let pass; one more ends the connection.
  public var pingStrikesMax = 2
  /// Calls cancelled by the peer or refused by us at once; see ``resetsPerSecondMax``.
  public var resetsBurstMax = 1_000
  /// Calls cancelled by the peer or refused by us per second in the long run.
  public var resetsPerSecondMax = 100
  /// Bytes of frames without data that may wait for a peer that does not read.
  public var controlBytesQueuedMax = 256 << 10

  /// The defaults.
  public init() {}

  /// Wider than to the world, for two processes of one program: one message may list a whole data
  /// set.
  package static let ownProcesses: Limits = {
    var limits = Limits()
    limits.messageBytesMax = 64 << 20
    limits.assembledBytesMax = 256 << 20
    limits.streamsMax = 1_024
    return limits
  }()
}

extension Limits {
  /// What may be announced; the least is what both sides assume before they have settings.
  static let frameBytesAllowed = 64 << 10...FrameHeader.payloadBytesMax
  static let streamWindowAllowed = 64 << 10...1 << 30
  static let connectionWindowAllowed = 1 << 20...1 << 30

  /// Stops the program if limits contradict each other or the wire's format: that is our bug.
  package func check() {
    precondition(Self.frameBytesAllowed.contains(frameBytesMax), "frameBytesMax \(frameBytesMax)")
    precondition(
      Self.streamWindowAllowed.contains(streamWindowBytes),
      "streamWindowBytes \(streamWindowBytes)")
    precondition(
      streamWindowBytesMax <= Self.streamWindowAllowed.upperBound && windowGrowthBytesMax >= 0,
      "streamWindowBytesMax \(streamWindowBytesMax), windowGrowthBytesMax \(windowGrowthBytesMax)")
    precondition(
      Self.connectionWindowAllowed.contains(connectionWindowBytes),
      "connectionWindowBytes \(connectionWindowBytes)")
    precondition(
      (1...1 << 29).contains(messageBytesMax), "messageBytesMax \(messageBytesMax)")
    precondition(
      assembledBytesMax >= Transfer.chunkedCost(of: messageBytesMax),
      "assembledBytesMax \(assembledBytesMax) for messages of \(messageBytesMax)")
    precondition(
      receivedBytesMax >= messageBytesMax,
      "receivedBytesMax \(receivedBytesMax) for messages of \(messageBytesMax)")
    precondition(
      receiveGrace > .zero && (1...1 << 30).contains(receiveBytesPerSecondMin),
      "receiveGrace \(receiveGrace), receiveBytesPerSecondMin \(receiveBytesPerSecondMin)")
    precondition((1...1 << 24).contains(streamsMax), "streamsMax \(streamsMax)")
    precondition(
      (1...32 << 10).contains(metadataBytesMax), "metadataBytesMax \(metadataBytesMax)")
  }
}
