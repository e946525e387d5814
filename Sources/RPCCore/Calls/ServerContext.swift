/// What a handler knows about the call it serves.
public struct ServerContext: Sendable {
  /// The method that was called.
  public let method: MethodDescriptor
  /// What the caller sent with the call.
  public let metadata: Metadata
  /// When the caller stops waiting.
  ///
  /// The handler's task is cancelled then, and calls it makes itself end by then as well.
  public let deadline: ContinuousClock.Instant?
  /// Where the call came from: `127.0.0.1:52714`, `unix:/run/diyml.sock`, `loopback`.
  public let peer: String
  /// Who called: the holder of a verified certificate, or the process at a Unix socket; `nil` if
  /// nothing proves it.
  public let identity: PeerIdentity?
  /// Names this attempt at a change, if the caller gave a name.
  public let idempotencyKey: String?
  /// The caller's W3C trace context, or empty.
  public let trace: String
  /// What the handler says beside its responses.
  public let response: ResponseMetadata

  /// Names the connection, for logs; drawn at random when it was accepted.
  private let connection: String
  /// The call's number on its connection.
  private let stream: UInt32

  package init(
    method: MethodDescriptor, metadata: Metadata = Metadata(),
    deadline: ContinuousClock.Instant? = nil, peer: String, identity: PeerIdentity? = nil,
    idempotencyKey: String? = nil, trace: String = "", connection: String, stream: UInt32
  ) {
    self.method = method
    self.metadata = metadata
    self.deadline = deadline
    self.peer = peer
    self.identity = identity
    self.idempotencyKey = idempotencyKey
    self.trace = trace
    self.response = ResponseMetadata()
    self.connection = connection
    self.stream = stream
  }

  /// Names this call in logs: unlike that of any other call, on any connection.
  public var requestID: String { "\(connection)-\(stream)" }

  /// The context of the handler that the current task runs in, if any: how calls made inside a
  /// handler inherit what is left of its time.
  @TaskLocal public static var current: ServerContext?
}
