import Glibc
import Logging
import NIOCore
import NIOPosix
public import RPCCore
import RPCTLS

/// The threads that serve sockets, of all servers of the process.
enum EventLoops {
  static let group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton

  static func next() -> any EventLoop { group.next() }
}

/// One address that is listened on.
struct Listener: Sendable {
  let address: Address
  let channel: any Channel

  /// Stops listening; connections stay.
  func close(_ logger: Logger) {
    if case .unix(let path) = address, unlink(path) != 0 {
      logger.warning("cannot remove \(path): \(String(cString: strerror(errno)))")
    }
    channel.close(promise: nil)
  }

  /// Stops listening, and returns when the system makes no more connections.
  func closed(_ logger: Logger) async {
    close(logger)
    await withCheckedContinuation { continuation in
      channel.closeFuture.whenComplete { _ in continuation.resume() }
    }
  }
}

extension Server {
  /// Connections that the system keeps before they are accepted.
  private static let backlogMax: Int32 = 1_024

  func listen(on address: Address, tls: ServerTLS?) async throws {
    let bootstrap = ServerBootstrap(group: EventLoops.group)
      .serverChannelOption(.backlog, value: Self.backlogMax)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try SocketOptions.set(on: channel, for: address)
          try self.join(channel, address, tls)
        }
      }
    switch address {
    case .tcp(let host, let port):
      let channel: any Channel
      do {
        channel = try await bootstrap.bind(host: host, port: port).get()
      } catch {
        throw ListenError(address: address, reason: "\(error)")
      }
      let bound = channel.localAddress?.port ?? port
      add(Listener(address: .tcp(host: host, port: bound), channel: channel))
    case .unix(let path):
      let descriptor = try UnixListener.bind(path: path)
      do {
        let channel = try await bootstrap.withBoundSocket(descriptor).get()
        add(Listener(address: address, channel: channel))
      } catch {
        throw ListenError(address: address, reason: "\(error)")
      }
    }
  }

  /// Gives a new connection its handlers; on its event loop.
  private func join(_ channel: any Channel, _ address: Address, _ tls: ServerTLS?) throws {
    let peer = Peer(channel)
    let refusal = refusal(of: peer)
    var tls = tls
    var identity: PeerIdentity?
    switch address {
    case .tcp:
      // A handshake only to say no would be work that strangers can order.
      if tls != nil, let refusal { throw refused(refusal, peer) }
    case .unix:
      tls = nil
      let process = UnixCredentials.peer(of: channel)
      if let stranger = unixPeers.refusal(of: process) { throw refused(stranger, peer) }
      identity = process.map { .process($0) }
    }
    let session = admit(peer, on: channel.eventLoop, refusal: refusal)
    session.facts.identity = identity
    do {
      try tls?.secure(channel) { session.facts.identity = $0 }
      let handler = ConnectionHandler(session: session, closeTimeout: limits.closeTimeout)
      try channel.pipeline.syncOperations.addHandler(handler)
      // A channel whose listener is closed at this moment ends without ever having been active, and
      // tells its handlers nothing.
      channel.closeFuture.whenComplete { _ in session.disconnected(nil) }
    } catch {
      session.disconnected(error)
      throw error
    }
  }

  /// Says that a connection is closed before it could be told why.
  private func refused<Reason: Error>(_ reason: Reason, _ peer: Peer) -> Reason {
    logger.debug(
      "refusing a connection", metadata: ["peer": "\(peer.name)", "reason": "\(reason)"])
    return reason
  }
}

extension Peer {
  /// The other end of a socket.
  init(_ channel: any Channel) {
    switch channel.remoteAddress {
    case .v4(let address): self.init(channel, host: address.host)
    case .v6(let address): self.init(channel, host: address.host)
    case .unixDomainSocket, nil:
      let path = channel.localAddress?.pathname ?? ""
      self.init(name: "unix:\(path)", host: "unix")
    }
  }

  private init(_ channel: any Channel, host: String) {
    let ip = channel.remoteAddress?.ipAddress ?? host
    let port = channel.remoteAddress?.port ?? 0
    self.init(name: Address.tcp(host: ip, port: port).description, host: ip)
  }
}

/// Why an address cannot be listened on.
public struct ListenError: Error, CustomStringConvertible {
  /// The address.
  public let address: Address
  /// What stands in the way.
  public let reason: String

  /// `cannot listen on 127.0.0.1:7001: Address already in use`.
  public var description: String { "cannot listen on \(address): \(reason)" }
}
