package import NIOCore

/// Joins a session to a channel: the only channel handler, and the transport over sockets.
///
/// The connection's logic runs here, on the event loop, and not in a task over `NIOAsyncChannel`:
/// a frame costs no hop between threads, and only what a handler or caller must do becomes a task.
package final class ConnectionHandler: ChannelInboundHandler, Transport {
  package typealias InboundIn = ByteBuffer
  package typealias OutboundOut = ByteBuffer

  private let session: any Session
  private let closeTimeout: Duration
  private var context: ChannelHandlerContext?
  private var error: (any Error)?
  private var isClosing = false

  package init(session: any Session, closeTimeout: Duration) {
    self.session = session
    self.closeTimeout = closeTimeout
  }

  // MARK: Transport

  package var isWritable: Bool { context?.channel.isWritable ?? false }

  package func write(_ bytes: ByteBuffer) {
    guard let context else { return }
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  package func close() {
    guard let context, !isClosing else { return }
    isClosing = true
    let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
    let channel = context.channel
    // The sending direction first: closing at once while input is unread would reset the connection,
    // and the peer might lose what was said last.
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
      loopBound.value.close(mode: .output, promise: nil)
    }
    context.eventLoop.scheduleTask(in: TimeAmount(closeTimeout)) {
      channel.close(promise: nil)
    }
  }

  // MARK: Channel

  package func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { session.connected(to: self) }
  }

  package func channelActive(context: ChannelHandlerContext) {
    session.connected(to: self)
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    session.received(unwrapInboundIn(data))
  }

  package func channelReadComplete(context: ChannelHandlerContext) {
    session.receivedAll()
  }

  package func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { session.becameWritable() }
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    self.error = error
    context.close(promise: nil)
  }

  package func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    session.disconnected(error)
  }

  /// Also for a channel that was never active, since it could not connect: handler and context would
  /// hold one another for ever.
  package func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }
}
