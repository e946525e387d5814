import Synchronization

/// What a handler knows about the call it serves.
public struct ServerContext: Sendable {
  /// What handlers and interceptors add, made when they first do.
  private struct Additions {
    var response: ResponseMetadata?
    var values: [ObjectIdentifier: any Sendable] = [:]
  }

  /// What is known from the beginning.
  private struct Facts {
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
  }

  /// What all copies share: copying a context costs one reference.
  private final class Storage: Sendable {
    let facts: Facts
    let additions = Mutex(Additions())

    init(_ facts: Facts) { self.facts = facts }
  }

  private let storage: Storage

  package init(
    method: MethodDescriptor, request: CallRequest? = nil,
    deadline: ContinuousClock.Instant? = nil, arrival: ContinuousClock.Instant = .now,
    peer: String, identity: PeerIdentity? = nil, connection: String, stream: UInt32
  ) {
    storage = Storage(
      Facts(
        method: method, request: request ?? CallRequest(path: method.path), deadline: deadline,
        peer: peer, identity: identity, connection: connection, stream: stream, arrival: arrival))
  }

  /// The method that was called.
  public var method: MethodDescriptor { storage.facts.method }

  /// What the caller sent with the call.
  public var metadata: Metadata { storage.facts.request.metadata }

  /// When the caller stops waiting.
  ///
  /// The handler's task is cancelled then, and calls it makes itself end by then as well.
  public var deadline: ContinuousClock.Instant? { storage.facts.deadline }

  /// When the call's OPEN arrived.
  public var arrival: ContinuousClock.Instant { storage.facts.arrival }

  /// Where the call came from: `127.0.0.1:52714`, `unix:/run/diyml.sock`, `loopback`.
  public var peer: String { storage.facts.peer }

  /// Who called: the holder of a verified certificate, or the process at a Unix socket; `nil` if
  /// nothing proves it.
  public var identity: PeerIdentity? { storage.facts.identity }

  /// Names this attempt at a change, if the caller gave a name.
  public var idempotencyKey: String? { storage.facts.request.idempotencyKey }

  /// The caller's W3C trace context, or empty.
  public var trace: String { storage.facts.request.trace }

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
      ?? "\(storage.facts.connection)-\(storage.facts.stream)"
  }

  /// The context of the handler that the current task runs in, if any: how calls made inside a
  /// handler inherit what is left of its time.
  @TaskLocal public static var current: ServerContext?
}

/// The name of a call that goes with it from one program to the next, and stands in the logs of each.
public enum RequestID {
  /// Where it stands in a call's metadata, and in the trailers of one that failed.
  public static let key = "x-request-id"
  /// Bytes of one that is taken from a caller, at most.
  static let bytesMax = 64

  /// Whether a caller's id may stand in logs: 1 to 64 letters, digits, `-`, `_`, `.` and `:`.
  static func isFit(_ id: String) -> Bool {
    (1...bytesMax).contains(id.utf8.count)
      && id.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: "."), UInt8(ascii: ":"):
          true
        default: false
        }
      }
  }
}
