import Glibc
import NIOCore
import RPCCore

/// TLS in a channel, over OpenSSL: encrypts what goes out, decrypts what comes in, judges who is at
/// the other end, and says in words what OpenSSL says in numbers.
final class TLSHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  enum Role {
    /// Hears who the client is, if clients show certificates.
    case server((PeerIdentity) -> Void)
    case client(Client)
  }

  /// What a client knows of its server.
  struct Client {
    /// A name or an address, which the server's certificate must be for.
    let host: String
    /// Whose word is taken on the host.
    let trusted: String
    /// How long the handshake may take.
    let timeout: Duration
  }

  private typealias Write = (bytes: ByteBuffer, promise: EventLoopPromise<Void>?)

  private let session: TLSSession
  private let role: Role
  /// How long the other side may take to close after we have said our last.
  private let closeTimeout: Duration

  private var isShaken = false
  private var failure: TLSFailure?
  private var alarm: Scheduled<Void>?
  /// What was written before it could be sent.
  private var waiting = CircularBuffer<Write>()
  private var isFlushWanted = false
  /// Whether we have said that we send no more, and whether the other side has.
  private var isFinished = false
  private var isPeerFinished = false
  /// Fulfilled when the channel is closed, where somebody asked to hear of it.
  private var closing: EventLoopPromise<Void>?

  init(_ session: TLSSession, role: Role, closeTimeout: Duration) {
    self.session = session
    self.role = role
    self.closeTimeout = closeTimeout
  }

  // MARK: Coming in

  /// A client's session hears of its connection when that can carry its hello: a call that waits for
  /// a handshake which fails was not sent.
  func channelActive(context: ChannelHandlerContext) {
    switch role {
    case .server:
      context.fireChannelActive()
    case .client(let client):
      alarm = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(client.timeout)) {
        self.fail(context, TLSFailure("no handshake within \(client.timeout)"))
      }
      shake(context)
    }
  }

  /// Nothing of a peer that was turned away gets through, in the moment until the channel is closed.
  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard failure == nil else { return }
    session.receive(unwrapInboundIn(data))
    if !isShaken { shake(context) }
    if isShaken, failure == nil { read(context) }
  }

  private func shake(_ context: ChannelHandlerContext) {
    do {
      isShaken = try session.shake()
    } catch {
      fail(context, TLSFailure(error, of: session, role: role, now: time(nil)))
      return
    }
    sendOutput(context)
    if isShaken { handshakeCompleted(context) }
  }

  private func handshakeCompleted(_ context: ChannelHandlerContext) {
    alarm?.cancel()
    guard session.isOurProtocol else {
      fail(context, TLSFailure(otherProtocol: protocolName))
      return
    }
    switch role {
    case .server(let identified):
      if let certificate = session.peerCertificate {
        guard let peer = PeerCertificate(certificate) else {
          fail(context, TLSFailure("the other side's certificate has names that cannot be read"))
          return
        }
        identified(.certificate(peer))
      }
    case .client:
      context.fireChannelActive()
    }
    if isFlushWanted { encryptWaiting(context) }
  }

  private func read(_ context: ChannelHandlerContext) {
    let reading = session.read()
    // TLS itself may have to answer, such as to a change of keys.
    sendOutput(context)
    if let bytes = reading.bytes { context.fireChannelRead(wrapInboundOut(bytes)) }
    switch reading.ending {
    case .closed where !isPeerFinished:
      isPeerFinished = true
      close(context: context, mode: .all, promise: nil)
    case .failed(let error):
      fail(context, TLSFailure(error, of: session, role: role, now: time(nil)))
    case .closed, nil:
      break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // The first says why; others follow from the closing.
    guard failure == nil else { return }
    if error is IOError, !isShaken {
      fail(context, TLSFailure(leavingBy: role))
    } else {
      context.fireErrorCaught(error)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if !isShaken {
      fail(context, TLSFailure(leavingBy: role))
    } else if !isFinished, !isPeerFinished {
      fail(context, TLSFailure("the other side closed without a word"))
    }
    end()
    context.fireChannelInactive()
  }

  /// Also for a channel that never became active.
  func handlerRemoved(context: ChannelHandlerContext) { end() }

  private func end() {
    alarm?.cancel()
    alarm = nil
    refuseWaiting()
    closing?.succeed()
    closing = nil
  }

  /// Ends the connection for a reason, once: tells the other side, then this one.
  private func fail(_ context: ChannelHandlerContext, _ failure: TLSFailure) {
    guard self.failure == nil else { return }
    self.failure = failure
    alarm?.cancel()
    sendOutput(context)
    refuseWaiting()
    context.fireErrorCaught(failure)
  }

  // MARK: Going out

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    waiting.append((unwrapOutboundIn(data), promise))
    if failure != nil || isFinished { refuseWaiting() }
  }

  func flush(context: ChannelHandlerContext) {
    isFlushWanted = true
    if isShaken, failure == nil { encryptWaiting(context) }
  }

  private func encryptWaiting(_ context: ChannelHandlerContext) {
    isFlushWanted = false
    while let write = waiting.popFirst() {
      do {
        try session.write(write.bytes)
      } catch {
        write.promise?.fail(error)
        fail(context, TLSFailure(error, of: session, role: role, now: time(nil)))
        return
      }
      if let promise = write.promise {
        context.write(wrapOutboundOut(session.takeOutput() ?? ByteBuffer()), promise: promise)
      }
    }
    sendOutput(context)
    context.flush()
  }

  private func sendOutput(_ context: ChannelHandlerContext) {
    guard let bytes = session.takeOutput() else { return }
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  private func refuseWaiting() {
    while let write = waiting.popFirst() { write.promise?.fail(ChannelError.ioOnClosedChannel) }
  }

  /// Closes the sending direction first, and the rest when the other side has closed or its time is
  /// over: closing at once while input is unread would reset the connection, and the other side might
  /// lose what was said last, such as why it was turned away.
  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode != .input, context.channel.isActive else {
      context.close(mode: mode, promise: promise)
      return
    }
    guard !isFinished else {
      // Asked again: no more patience.
      context.close(mode: mode, promise: promise)
      return
    }
    isFinished = true
    if isShaken, failure == nil { session.finish() }
    sendOutput(context)
    refuseWaiting()
    guard mode == .all else {
      context.close(mode: .output, promise: promise)
      return
    }
    if let promise {
      if let closing { closing.futureResult.cascade(to: promise) } else { closing = promise }
    }
    context.close(mode: .output, promise: nil)
    context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(closeTimeout)) {
      context.close(promise: nil)
    }
  }
}
