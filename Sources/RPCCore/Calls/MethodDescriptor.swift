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

  /// The service with its package: `diyml.v1.Auth`.
  public let service: String
  /// The method as the .proto file names it: `Login`.
  public let name: String
  /// How many messages go each way.
  public let kind: Kind
  /// Whether a call may be repeated.
  public let idempotency: Idempotency
  /// The name on the wire: `diyml.v1.Auth/Login`.
  public let path: String
  /// The OPEN of a call that says nothing but the method: written once, not for each call.
  package let plainOpen: Bytes

  /// Describes `service/name`; generated code makes these.
  public init(
    service: String, name: String, kind: Kind, idempotency: Idempotency = .unknown
  ) {
    self.service = service
    self.name = name
    self.kind = kind
    self.idempotency = idempotency
    path = service + "/" + name
    plainOpen = CallRequest(path: path).plain
  }

  /// Whether a caller sends exactly one message.
  package var hasSingleRequest: Bool { kind == .unary || kind == .serverStreaming }

  /// Whether a server sends exactly one message.
  package var hasSingleResponse: Bool { kind == .unary || kind == .clientStreaming }
}

extension MethodDescriptor: CustomStringConvertible {
  /// The name on the wire.
  public var description: String { path }
}
