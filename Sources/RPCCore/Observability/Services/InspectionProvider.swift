import Glibc
public import RPCCore
import Synchronization

/// Answers `diyml.rpc.v1.Inspection` from what the server says of itself.
final class InspectionProvider: InspectionService {
  private struct Looked {
    weak var server: (any InspectedServer)?
  }

  private let administrators: Administrators
  private let looked = Mutex(Looked())

  init(administrators: Administrators) { self.administrators = administrators }

  func look(at server: any InspectedServer) { looked.withLock { $0.server = server } }

  func listConnections(
    _ request: ListConnectionsRequest, responses: MessageWriter<ConnectionInfo>,
    context: ServerContext
  ) async throws {
    try administrators.check(context)
    guard let server = looked.withLock({ $0.server }) else { return }
    for connection in await server.snapshot(pinging: request.ping).connections {
      try await responses.write(ConnectionInfo(connection))
    }
  }
}

extension ConnectionInfo {
  init(_ connection: ServerSnapshot.Connection) {
    self.init(
      name: connection.name, peer: connection.peer,
      identity: connection.identity.map { Self.text(of: $0) } ?? "", agent: connection.agent,
      state: ConnectionState(connection.state), ageMicroseconds: connection.age.microseconds,
      idleMicroseconds: connection.idle.microseconds,
      bytesReceived: UInt64(connection.bytesReceived), bytesSent: UInt64(connection.bytesSent),
      callsStarted: UInt64(connection.callsStarted),
      sendWindowBytes: Int64(connection.flow.sendWindowBytes),
      receiveWindowBytes: Int64(connection.flow.receiveWindowBytes),
      queuedBytes: UInt64(connection.flow.queuedBytes),
      pingMicroseconds: connection.ping?.microseconds, calls: connection.calls.map(CallInfo.init))
  }

  private static func text(of identity: PeerIdentity) -> String {
    switch identity {
    case .certificate(let certificate): "certificate \(certificate.commonName ?? "without a name")"
    case .process(let process): "process \(process.process) of user \(process.user)"
    }
  }
}

extension ConnectionState {
  fileprivate init(_ state: ServerSnapshot.Connection.State) {
    self =
      switch state {
      case .greeting: .greeting
      case .ready: .ready
      case .draining: .draining
      case .closing: .closing
      }
  }
}

extension CallInfo {
  init(_ call: ServerSnapshot.Call) {
    self.init(
      stream: call.stream, method: call.method.path, requestId: call.requestID,
      ageMicroseconds: call.age.microseconds,
      leftMicroseconds: call.left.map { Int64($0 / .microseconds(1)) }, isRunning: call.isRunning,
      messagesReceived: UInt64(call.received.messages), bytesReceived: UInt64(call.received.bytes),
      messagesSent: UInt64(call.sent.messages), bytesSent: UInt64(call.sent.bytes),
      sendWindowBytes: Int64(call.flow.sendWindowBytes),
      receiveWindowBytes: Int64(call.flow.receiveWindowBytes),
      queuedBytes: UInt64(call.flow.queuedBytes))
  }
}

extension Duration {
  fileprivate var microseconds: UInt64 { UInt64(max(0, self / .microseconds(1))) }
}

/// Who may see what other callers do.
public struct Administrators: Sendable {
  private let isOne: @Sendable (ServerContext) -> Bool

  /// Those for whom `isOne` holds; it may look at ``RPCCore/ServerContext/identity``.
  public init(_ isOne: @escaping @Sendable (ServerContext) -> Bool) { self.isOne = isOne }

  /// Processes of the server's own user and of root, that call over a Unix socket: the system vouches
  /// for them, and nobody else can pretend to be one.
  public static let sameUser = Administrators { context in
    guard case .process(let process) = context.identity else { return false }
    return process.user == geteuid() || process.user == 0
  }

  /// - Throws: `PERMISSION_DENIED` for anybody else.
  func check(_ context: ServerContext) throws(Status) {
    guard isOne(context) else {
      throw Status(
        .permissionDenied,
        "\(context.peer) is not an administrator: call over a Unix socket, as the server's own user"
      )
    }
  }
}
