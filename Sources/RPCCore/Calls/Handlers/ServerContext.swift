import Synchronization

/// What a handler knows about the call it serves.
public struct ServerContext: Sendable {
  /// What handlers and interceptors add, made when they first do.
  private struct Additions {
    var response: ResponseMetadata?
    var values: [ObjectIdentifier: any Sendable] = [:]
  }

  /// What all copies share: copying a context costs one reference.
  private final class Storage: Sendable {
    let method: MethodDescriptor
    let request: CallRequest
    let deadline: ContinuousClock.Instant?
    let peer: String
    let identity: PeerIdentity?
    /// Names the connection, for logs; drawn at random when it was accepted.
    let connection: String
    /// The call's number on its connection.
    let stream: UInt32
    let arrival: ContinuousClock.Instant
    let additions = Mutex(Additions())

    init(
      _ method: MethodDescriptor, _ request: CallRequest, _ deadline: ContinuousClock.Instant?,
      arrival: ContinuousClock.Instant, peer: String, identity: PeerIdentity?,
      connection: String, stream: UInt32
    ) {
      self.arrival = arrival
      self.method = method
      self.request = request
      self.deadline = deadline
      self.peer = peer
      self.identity = identity
      self.connection = connection
      self.stream = stream
    }
  }

  private let storage: Storage

  package init(
    method: MethodDescriptor, request: CallRequest? = nil,
    deadline: ContinuousClock.Instant? = nil, arrival: ContinuousClock.Instant = .now,
    peer: String, identity: PeerIdentity? = nil, connection: String, stream: UInt32
  ) {
    storage = Storage(
      method, request ?? CallRequest(path: method.path), deadline, arrival: arrival, peer: peer,
      identity: identity, connection: connection, stream: stream)
  }

  /// The method that was called.
  public var method: MethodDescriptor { storage.method }

  /// What the caller sent with the call.
  public var metadata: Metadata { storage.request.metadata }

  /// When the caller stops waiting.
  ///
  /// The handler's task is cancelled then, and calls it makes itself end by then as well.
  public var deadline: ContinuousClock.Instant? { storage.deadline }

  /// When the call's OPEN arrived.
  public var arrival: ContinuousClock.Instant { storage.arrival }

  /// Where the call came from: `127.0.0.1:52714`, `unix:/run/diyml.sock`, `loopback`.
  public var peer: String { storage.peer }

  /// Who called: the holder of a verified certificate, or the process at a Unix socket; `nil` if
  /// nothing proves it.
  public var identity: PeerIdentity? { storage.identity }

  /// Names this attempt at a change, if the caller gave a name.
  public var idempotencyKey: String? { storage.request.idempotencyKey }

  /// The caller's W3C trace context, or empty.
  public var trace: String { storage.request.trace }

  /// What the handler says beside its responses.
  public var response: ResponseMetadata {
    storage.additions.withLock { additions in
      if let response = additions.response { return response }
      let new = ResponseMetadata()
      additions.response = new
      return new
    }
  }

  /// What the handler has said beside its responses, if anything.
  package var responseIfAny: ResponseMetadata? { storage.additions.withLock { $0.response } }

  /// A value that was left for whatever else serves this call; all copies of a context share it.
  public subscript<Key: ServerContextKey>(key: Key.Type) -> Key.Value? {
    get { storage.additions.withLock { $0.values[ObjectIdentifier(key)] as? Key.Value } }
    nonmutating set { storage.additions.withLock { $0.values[ObjectIdentifier(key)] = newValue } }
  }

  /// Names this call in logs: what the caller gave under `x-request-id`, if that is fit for a log,
  /// else a name unlike that of any other call, on any connection.
  public var requestID: String {
    metadata[RequestID.key].flatMap { RequestID.isFit($0) ? $0 : nil }
      ?? "\(storage.connection)-\(storage.stream)"
  }

  /// The context of the handler that the current task runs in, if any: how calls made inside a
  /// handler inherit what is left of its time.
  @TaskLocal public static var current: ServerContext?
}
