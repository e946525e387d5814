import Glibc
import NIOCore
import NIOSSL
import NIOTLS
import RPCCore

/// Stands behind TLS in a channel: judges the handshake, and says in words what TLS says in numbers.
final class HandshakeGate: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  enum Role {
    /// Hears who the client is, if clients show certificates.
    case server((PeerIdentity) -> Void)
    case client(Client)
  }

  /// What a client knows of its server.
  struct Client {
    /// A name, or the address where `isName` is false.
    let host: String
    let isName: Bool
    /// Whose word is taken on the host.
    let trusted: String
    /// How long the handshake may take.
    let timeout: Duration
  }

  private let tls: NIOSSLHandler
  private let role: Role
  private var failure: TLSFailure?
  private var alarm: Scheduled<Void>?
  private var isShaken = false

  init(_ tls: NIOSSLHandler, role: Role) {
    self.tls = tls
    self.role = role
  }

  /// A client's session hears of its connection when that can carry its hello: a call that waits for
  /// a handshake which fails was not sent.
  func channelActive(context: ChannelHandlerContext) {
    switch role {
    case .server:
      context.fireChannelActive()
    case .client(let client):
      alarm = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(client.timeout)) {
        self.fail(context, "no handshake within \(client.timeout)")
      }
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    alarm?.cancel()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted(let agreed)? = event as? TLSUserEvent {
      alarm?.cancel()
      isShaken = true
      if agreed == protocolName {
        handshakeCompleted(context)
      } else {
        fail(context, "the other side speaks TLS, but not \(protocolName) within it")
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func handshakeCompleted(_ context: ChannelHandlerContext) {
    var peer: PeerCertificate?
    if let certificate = tls.peerCertificate {
      peer = names(of: certificate)
      guard peer != nil else {
        fail(context, "the other side's certificate has names that cannot be read")
        return
      }
    }
    switch role {
    case .server(let identified):
      if let peer { identified(.certificate(peer)) }
    case .client(let client):
      // The library also takes a certificate for the address that a name led to; whoever can
      // mislead the name has one of those.
      if client.isName, peer?.isFor(host: client.host) != true {
        fail(context, "the server's certificate is not for \(client.host)")
      } else {
        context.fireChannelActive()
      }
    }
  }

  /// Nothing of a peer that was turned away gets through, in the moment until the channel is closed.
  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if failure == nil { context.fireChannelRead(data) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // The first says why; others follow from the closing.
    guard failure == nil else { return }
    let failure: TLSFailure
    switch error {
    case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
      failure = TLSFailure(error, certificate: tls.peerCertificate, role: role, now: time(nil))
    case is IOError where !isShaken:
      failure = TLSFailure(leavingBy: role)
    default:
      context.fireErrorCaught(error)
      return
    }
    self.failure = failure
    context.fireErrorCaught(failure)
  }

  private func names(of certificate: NIOSSLCertificate) -> PeerCertificate? {
    do {
      return PeerCertificate(der: try certificate.toDERBytes())
    } catch {
      return nil
    }
  }

  private func fail(_ context: ChannelHandlerContext, _ reason: String) {
    let failure = TLSFailure(reason)
    self.failure = failure
    context.fireErrorCaught(failure)
  }
}
