public import Codec
public import Logging
package import NIOCore
public import RPCCore
import RPCTLS
import Synchronization

/// Calls methods of a service over one or more connections.
///
/// Connections are made by the calls that need them, and again by the first call after they were
/// lost; ``ClientConfiguration`` says how many, and what is tried again. A client is closed when it is
/// no longer needed; ``withClient(to:limits:logger:_:)`` does so by itself.
public final class Client: Caller {
  /// Makes a connection for a session, and tells the session how that went.
  package typealias Connector = @Sendable (any Session, any EventLoop) -> Void

  let configuration: ClientConfiguration
  let pool: ConnectionPool
  let retries: RetryLedger
  private let executor: LoopExecutor

  /// Makes a client of the server at `address`; nothing is connected yet.
  public convenience init(
    to address: Address, limits: Limits = Limits(), logger: Logger = Logger(label: "diyml.client")
  ) {
    var configuration = ClientConfiguration(addresses: [address])
    configuration.limits = limits
    self.init(configuration, logger: logger)
  }

  /// Makes a client; nothing is connected yet.
  public convenience init(
    _ configuration: ClientConfiguration, logger: Logger = Logger(label: "diyml.client")
  ) {
    self.init(configuration, securedBy: nil, logger: logger)
  }

  /// Makes a client that speaks TLS over TCP; nothing is connected yet.
  ///
  /// - Throws: if a file of `tls` is missing or wrong.
  public convenience init(
    _ configuration: ClientConfiguration, tls: TLSClientConfiguration,
    logger: Logger = Logger(label: "diyml.client")
  ) throws(TLSConfigurationError) {
    let limits = configuration.limits
    let tls = try ClientTLS(
      tls, handshakeTimeout: limits.helloTimeout, shutdownTimeout: limits.closeTimeout)
    self.init(configuration, securedBy: tls, logger: logger)
  }

  private convenience init(
    _ configuration: ClientConfiguration, securedBy tls: ClientTLS?, logger: Logger
  ) {
    self.init(configuration, logger: logger) { [limits = configuration.limits] in
      SocketConnector.connect($1, to: $0, on: $2, limits: limits, tls: tls)
    }
  }

  /// Makes a client whose connections are not sockets.
  package convenience init(
    limits: Limits, logger: Logger, connect: @escaping Connector
  ) {
    var configuration = ClientConfiguration(addresses: [.unix(path: "loopback")])
    configuration.limits = limits
    self.init(configuration, logger: logger) { connect($1, $2) }
  }

  private init(
    _ configuration: ClientConfiguration, logger: Logger,
    connector: @escaping ConnectionPool.Connector
  ) {
    configuration.check()
    self.configuration = configuration
    executor = LoopExecutor(loop: EventLoops.next())
    pool = ConnectionPool(
      configuration, on: executor.loop, logger: logger, connector: connector)
    retries = RetryLedger(configuration.retryBudget)
  }

  /// The thread of the client's first connection, for tasks that make many calls and do little else.
  ///
  /// A call by a task that prefers this executor costs no change of thread, which is a good part of
  /// what a small call costs: `group.addTask(executorPreference: client.taskExecutor) { … }`. What
  /// such a task does between two calls holds up the connection, so it should take no longer than
  /// some tens of microseconds, and must never block.
  public var taskExecutor: any TaskExecutor { executor }

  /// Connects now, instead of by the first call, and without waiting for a back-off to end.
  ///
  /// - Throws: `UNAVAILABLE` if there is no server, or it does not say hello in time.
  public func connect() async throws {
    pool.resetBackoff()
    while true {
      switch pool.pick(waitForReady: false) {
      case .use(let session):
        do {
          try await session.untilReady()
          return
        } catch is Status where configuration.addresses.count > 1 {
          // Another address may do; if none does, the next pick says so.
        }
      case .wait(let changes): try await pool.wait(since: changes, until: nil)
      case .fail(let status), .closed(let status): throw status
      }
    }
  }

  /// Ends open calls as `UNAVAILABLE` and closes all connections; calls are refused afterwards.
  public func close() async { await pool.close() }

  /// Sends one message and returns the one response.
  public func unary(
    _ method: MethodDescriptor, _ request: SegmentedBytes, options: CallOptions
  ) async throws -> Bytes {
    if configuration.interceptors.isEmpty {
      return try await unary(OutboundCall(method, options), request)
    }
    return try await intercepted(ClientCallInfo(method: method, options: options)) { call in
      try await unary(OutboundCall(call.method, call.options), request)
    }
  }

  /// Starts a call with any number of messages each way and gives both directions to `body`.
  ///
  /// Such a call is not tried again, because what `body` has sent is not kept.
  public func stream<R: Sendable>(
    _ method: MethodDescriptor, options: CallOptions,
    _ body: (OutgoingMessages, IncomingMessages) async throws -> R
  ) async throws -> R {
    if configuration.interceptors.isEmpty {
      return try await stream(OutboundCall(method, options), body)
    }
    return try await intercepted(ClientCallInfo(method: method, options: options)) { call in
      try await stream(OutboundCall(call.method, call.options), body)
    }
  }

  /// Sends one message and gives the responses to `body`.
  public func serverStream<R: Sendable>(
    _ method: MethodDescriptor, _ request: SegmentedBytes, options: CallOptions,
    _ body: (IncomingMessages) async throws -> R
  ) async throws -> R {
    if configuration.interceptors.isEmpty {
      return try await serverStream(OutboundCall(method, options), request, body)
    }
    return try await intercepted(ClientCallInfo(method: method, options: options)) { call in
      try await serverStream(OutboundCall(call.method, call.options), request, body)
    }
  }

  /// Runs `next` within the interceptors from `first` on.
  private func intercepted<R: Sendable>(
    _ call: ClientCallInfo, from first: Int = 0, _ next: (ClientCallInfo) async throws -> R
  ) async throws -> R {
    guard first < configuration.interceptors.count else { return try await next(call) }
    return try await configuration.interceptors[first].intercept(call) {
      try await intercepted($0, from: first + 1, next)
    }
  }
}

/// Gives `body` a client of the server at `address`, and closes it afterwards.
///
/// - Throws: what `body` throws, and `TLSConfigurationError` if a file of `tls` is missing or wrong.
public func withClient<R: Sendable>(
  to address: Address, tls: TLSClientConfiguration? = nil, limits: Limits = Limits(),
  logger: Logger = Logger(label: "diyml.client"), _ body: (Client) async throws -> R
) async throws -> R {
  var configuration = ClientConfiguration(addresses: [address])
  configuration.limits = limits
  return try await withClient(configuration, tls: tls, logger: logger, body)
}

/// Gives `body` a client, and closes it afterwards.
///
/// - Throws: what `body` throws, and `TLSConfigurationError` if a file of `tls` is missing or wrong.
public func withClient<R: Sendable>(
  _ configuration: ClientConfiguration, tls: TLSClientConfiguration? = nil,
  logger: Logger = Logger(label: "diyml.client"), _ body: (Client) async throws -> R
) async throws -> R {
  let client =
    if let tls {
      try Client(configuration, tls: tls, logger: logger)
    } else {
      Client(configuration, logger: logger)
    }
  do {
    let result = try await body(client)
    await client.close()
    return result
  } catch {
    await client.close()
    throw error
  }
}
