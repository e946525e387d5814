import NIOCore
import NIOEmbedded
import RPCCore
import Testing

/// The end of a connection whose peer does not close its side; the clock is turned by hand.
struct ConnectionHandlerTests {
  /// Closes as soon as it is connected, and takes note of the end.
  private final class Leaving: Session, @unchecked Sendable {
    var isDisconnected = false

    func connected(to transport: any Transport) {
      transport.write(ByteBuffer(string: "bye"))
      transport.close()
      transport.close()
    }
    func received(_ bytes: ByteBuffer) {}
    func receivedAll() {}
    func becameWritable() {}
    func disconnected(_ error: (any Error)?) { isDisconnected = true }
  }

  /// Closes the sending direction as sockets do; the channel without a socket would close both.
  private final class Sockets: ChannelOutboundHandler, Sendable {
    typealias OutboundIn = ByteBuffer

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
      if mode == .output {
        promise?.succeed()
      } else {
        context.close(mode: mode, promise: promise)
      }
    }
  }

  @Test
  func `a peer that does not close is closed when its time is over and not before`() throws {
    let session = Leaving()
    let loop = EmbeddedEventLoop()
    let channel = EmbeddedChannel(handler: Sockets(), loop: loop)
    let handler = ConnectionHandler(session: session, closeTimeout: .seconds(2))
    try channel.pipeline.syncOperations.addHandler(handler)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "bye"))
    loop.advanceTime(by: .milliseconds(1_999))
    #expect(!session.isDisconnected)
    #expect(channel.isActive)
    loop.advanceTime(by: .milliseconds(1))
    #expect(session.isDisconnected)
    #expect(!channel.isActive)
  }
}
