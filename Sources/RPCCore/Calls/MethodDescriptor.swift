package import Codec

/// Names one method of a service and says how many messages go each way.
public struct MethodDescriptor: Hashable, Sendable {
  /// How many messages a call of the method carries in each direction.
  public enum Kind: Sendable, CaseIterable {
    /// One request, one response.
    case unary
    /// Any number of requests, one response.
    case clientStreaming
    /// One request, any number of responses.
    case serverStreaming
    /// Any number both ways, in any order.
    case bidirectional
  }

  /// Whether calling the method twice does the same as calling it once: the `idempotency_level` of
  /// its declaration.
  public enum Idempotency: Sendable, CaseIterable {
    /// The declaration does not say, so a call that may have been processed is not repeated.
    case unknown
    /// A call changes nothing.
    case noSideEffects
    /// A second call changes nothing more.
    case idempotent
  }

  /// What all copies share: each call copies its method several times, and so counts one reference.
  private final class Storage: Sendable {
    let service: String
    let name: String
    let kind: Kind
    let idempotency: Idempotency
    let path: String
    let plainOpen: Bytes

    init(_ service: String, _ name: String, _ kind: Kind, _ idempotency: Idempotency) {
      self.service = service
      self.name = name
      self.kind = kind
      self.idempotency = idempotency
      path = service + "/" + name
      plainOpen = CallRequest(path: path).plain
    }
  }

  private let storage: Storage

  /// Describes `service/name`; generated code makes these.
  public init(
    service: String, name: String, kind: Kind, idempotency: Idempotency = .unknown
  ) {
    storage = Storage(service, name, kind, idempotency)
  }

  /// The service with its package: `diyml.v1.Auth`.
  public var service: String { storage.service }

  /// The method as the .proto file names it: `Login`.
  public var name: String { storage.name }

  /// How many messages go each way.
  public var kind: Kind { storage.kind }

  /// Whether a call may be repeated.
  public var idempotency: Idempotency { storage.idempotency }

  /// The name on the wire: `diyml.v1.Auth/Login`.
  public var path: String { storage.path }

  /// The OPEN of a call that says nothing but the method: written once, not for each call.
  package var plainOpen: Bytes { storage.plainOpen }

  /// Whether a caller sends exactly one message.
  package var hasSingleRequest: Bool { kind == .unary || kind == .serverStreaming }

  /// Whether a server sends exactly one message.
  package var hasSingleResponse: Bool { kind == .unary || kind == .clientStreaming }
}

extension MethodDescriptor {
  /// Whether two describe the same method in the same way.
  public static func == (left: MethodDescriptor, right: MethodDescriptor) -> Bool {
    left.storage === right.storage
      || (left.service, left.name, left.kind, left.idempotency)
        == (right.service, right.name, right.kind, right.idempotency)
  }

  /// Feeds the name on the wire to `hasher`.
  public func hash(into hasher: inout Hasher) { hasher.combine(path) }
}

extension MethodDescriptor: CustomStringConvertible {
  /// The name on the wire.
  public var description: String { path }
}
