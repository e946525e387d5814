import NIOCore
import NIOPosix
import RPCCore
import RPCTLS

/// The threads that serve sockets, of all clients of the process.
enum EventLoops {
  static func next() -> any EventLoop { MultiThreadedEventLoopGroup.singleton.next() }
}

/// Connects sessions over TCP and Unix sockets.
enum SocketConnector {
  /// Connects, and tells the session on its loop how that went.
  static func connect(
    _ session: any Session, to address: Address, on loop: any EventLoop, limits: Limits,
    tls: ClientTLS?
  ) {
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(limits.helloTimeout))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try SocketOptions.set(on: channel, for: address)
          if let tls, case .tcp(let host, _) = address { try tls.secure(channel, to: host) }
          let handler = ConnectionHandler(session: session, closeTimeout: limits.closeTimeout)
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
    let channel =
      switch address {
      case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
      case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
      }
    channel.whenFailure { error in
      session.disconnected(ConnectError(error))
    }
  }
}

/// Why no connection to an address could be made, in few words.
struct ConnectError: Error, CustomStringConvertible {
  let description: String

  init(_ error: any Error) {
    guard let attempts = error as? NIOConnectionError else {
      description = "\(error)"
      return
    }
    // A name may stand for several addresses; what the first one said is enough.
    let reason = attempts.connectionErrors.first?.error
    description =
      (reason ?? attempts.dnsAError ?? attempts.dnsAAAAError).map { "\($0)" }
      ?? "\(attempts.host) has no address"
  }
}
