public import Logging
package import NIOCore
public import RPCCore
import RPCTLS
import Synchronization
import Waiting

/// Serves routes on any number of addresses.
///
/// `run` serves until `drain` has come to its end (the soft stop) or its task is cancelled (the hard
/// one); when it returns, every handler has returned and every connection is closed. A server runs
/// once.
public final class Server: Sendable {
  let routes: Router
  let limits: Limits
  let logger: Logger
  let timers = LoopTimers()
  let handlers = HandlerScheduler(EventLoops.group)
  let received: ReceivedBytes
  let unixPeers: UnixPeers
  let interceptors: [any ServerInterceptor]
  private let registry = Mutex(Registry())
  /// Opens when the addresses are known.
  private let settled = OneShotSignal()
  /// Opens when no connection is left, after a drain or stop.
  private let ended = OneShotSignal()
  private let extensions: [any ServerExtension]
  private let tlsConfiguration: TLSServerConfiguration?
  private let tls = Mutex<ServerTLS?>(nil)

  /// Makes a server of these routes; a method has one route at most.
  ///
  /// - Parameters:
  ///   - routes: what is served.
  ///   - limits: the bounds of the server and its connections.
  ///   - logger: hears of connections and failures.
  ///   - tls: how TLS is spoken on all TCP addresses; `nil` speaks none.
  ///   - unixPeers: who may call over Unix sockets.
  ///   - interceptors: what is run around every call, the first one outermost.
  ///   - policies: the bounds of single methods, each of which has a route.
  ///   - extensions: services about the server itself; their routes are added.
  ///   - handlerExecution: where handlers run, unless their method's policy says so.
  public init(
    routes: [Route], limits: Limits = Limits(), logger: Logger,
    tls: TLSServerConfiguration? = nil, unixPeers: UnixPeers = .any,
    interceptors: [any ServerInterceptor] = [],
    policies: [MethodDescriptor: MethodPolicy] = [:], extensions: [any ServerExtension] = [],
    handlerExecution: HandlerExecution = .pool
  ) {
    limits.check()
    self.routes = Router(
      routes + extensions.flatMap(\.routes), policies, limits, execution: handlerExecution)
    self.extensions = extensions
    self.limits = limits
    received = ReceivedBytes(bytesMax: limits.receivedBytesMax)
    self.logger = logger
    self.unixPeers = unixPeers
    self.interceptors = interceptors
    tlsConfiguration = tls
    for added in extensions { added.joined(self) }
  }

  /// Serves on `addresses` until drained or cancelled.
  ///
  /// - Throws: `ListenError` if an address cannot be listened on, `TLSConfigurationError` if a
  ///   certificate or key cannot be used; then nothing was served.
  public func run(on addresses: [Address]) async throws {
    try await withTaskCancellationHandler {
      do {
        let tls = try tlsConfiguration.map {
          try ServerTLS($0, shutdownTimeout: limits.closeTimeout)
        }
        self.tls.withLock { $0 = tls }
        for address in addresses { try await listen(on: address, tls: tls) }
      } catch {
        settle(.failure(error))
        stop()
        await handlers.run()
        throw error
      }
      let bound = registry.withLock { $0.listeners.map(\.address) }
      settle(.success(bound))
      await handlers.run()
    } onCancel: {
      stop()
    }
  }

  /// Reads the files of certificates and keys again, for connections from now on; open ones stay as
  /// they are.
  ///
  /// Does nothing without TLS or before `run`.
  ///
  /// - Throws: if a file is missing or wrong; then the server goes on with what it has.
  public func reloadCertificates() throws(TLSConfigurationError) {
    try tls.withLock { $0 }?.reload()
  }

  /// The addresses that are listened on, in the order given to `run`, each with the port that the
  /// system chose.
  ///
  /// Waits until all of them are.
  ///
  /// - Throws: what `run` throws if one of them cannot be listened on; `CancellationError`.
  public var boundAddresses: [Address] {
    get async throws {
      await settled.wait()
      guard let addresses = registry.withLock({ $0.addresses }) else { throw CancellationError() }
      return try addresses.get()
    }
  }

  /// Stops softly: takes no new connections and calls, finishes the open ones, and after `time`
  /// cancels what is left.
  ///
  /// Returns when no connection is left.
  public func drain(within time: Duration) async {
    let (listeners, sessions) = registry.withLock { $0.beginLeaving(.draining) }
    // Before anyone is sent away: clients connect again at once, and a connection that the system has
    // made when its listener closes is reset, with the calls that were sent on it.
    for listener in listeners { await listener.closed(logger) }
    for added in extensions { added.draining() }
    for session in sessions { session.drain() }
    let alarm = EventLoops.next().scheduleTask(in: TimeAmount(time)) { self.stop() }
    finishIfIdle()
    await ended.wait(ignoresCancellation: true)
    alarm.cancel()
  }

  /// Stops hard: cancels open calls and closes all connections.
  func stop() {
    let (listeners, sessions) = registry.withLock { $0.beginLeaving(.stopping) }
    for listener in listeners { listener.close(logger) }
    for session in sessions { session.stop() }
    finishIfIdle()
  }

  // MARK: Connections

  /// Why a new connection is not taken, or `nil`.
  func refusal(of peer: Peer) -> ConnectionFault? {
    registry.withLock { $0.refusal(of: peer, limits: limits) }
  }

  /// Makes the session of a new connection, which says `refusal` and closes if there is one.
  func admit(
    _ peer: Peer, on loop: any EventLoop, refusal: ConnectionFault?
  ) -> ServerSession {
    let session = ServerSession(server: self, loop: loop, peer: peer, refusal: refusal)
    if refusal == nil, !registry.withLock({ $0.add(session) }) {
      session.stop()
    }
    return session
  }

  /// Takes in one end of a loopback.
  package func acceptLoopback(on loop: any EventLoop) -> any Session {
    let peer = Peer(name: "loopback", host: "loopback")
    return admit(peer, on: loop, refusal: refusal(of: peer))
  }

  /// The open connections, in no order.
  var openSessions: [ServerSession] { registry.withLock { $0.open } }

  func disconnected(_ session: ServerSession) {
    registry.withLock { $0.remove(session) }
    finishIfIdle()
  }

  func add(_ listener: Listener) {
    if !registry.withLock({ $0.add(listener) }) { listener.close(logger) }
  }

  private func finishIfIdle() {
    guard registry.withLock({ $0.endIfIdle() }) else { return }
    handlers.finish()
    ended.open()
  }

  private func settle(_ result: Result<[Address], any Error>) {
    registry.withLock { $0.settle(result) }
    settled.open()
  }
}
