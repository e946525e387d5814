import NIOCore
import NIOPosix

/// The ceiling: SwiftNIO's event loops and its framing, four bytes of length before each message.
///
/// No tasks, no calls, no limits: what any protocol on top can only approach.
enum EchoPeer: EchoServer {
  static func serve(ready: @escaping @Sendable (Int) -> Void) async throws {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try LengthPrefix.addHandlers(to: channel)
          try channel.pipeline.syncOperations.addHandler(EchoHandler { $0.give($1) })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    ready(channel.localAddress?.port ?? 0)
    try await channel.closeFuture.get()
  }

  static func driver(port: Int, connections: Int) async throws -> EchoPeerDriver {
    var channels: [any Channel] = []
    for _ in 0..<connections {
      channels.append(
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
          .channelOption(.tcpOption(.tcp_nodelay), value: 1)
          .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try LengthPrefix.addHandlers(to: channel) }
          }
          .connect(host: "127.0.0.1", port: port).get())
    }
    return EchoPeerDriver(channels: channels)
  }
}

/// SwiftNIO's own way to frame messages, which its decoding and encoding handlers drive.
private struct LengthPrefix: ByteToMessageDecoder, MessageToByteEncoder {
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer

  func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) -> DecodingState {
    guard let message = buffer.readLengthPrefixedSlice(as: UInt32.self) else {
      return .needMoreData
    }
    context.fireChannelRead(wrapInboundOut(message))
    return .continue
  }

  func encode(data: ByteBuffer, out: inout ByteBuffer) {
    out.writeInteger(UInt32(data.readableBytes))
    out.writeImmutableBuffer(data)
  }

  static func addHandlers(to channel: any Channel) throws {
    try channel.pipeline.syncOperations.addHandlers(
      ByteToMessageHandler(LengthPrefix()), MessageToByteHandler(LengthPrefix()))
  }
}

/// Gives each message to a closure, and sends what that gave when the reading is done.
private final class EchoHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var context: ChannelHandlerContext?
  private let onMessage: (EchoHandler, ByteBuffer) -> Void

  init(onMessage: @escaping (EchoHandler, ByteBuffer) -> Void) { self.onMessage = onMessage }

  func give(_ message: ByteBuffer) {
    context?.write(wrapOutboundOut(message), promise: nil)
  }

  func flush() { context?.flush() }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    onMessage(self, unwrapInboundIn(data))
  }

  func channelReadComplete(context: ChannelHandlerContext) { context.flush() }
}

struct EchoPeerDriver: EchoDriver {
  let channels: [any Channel]

  func run(_ scenario: Scenario, seconds: Double) async throws -> Run {
    let end = NIODeadline.now() + .nanoseconds(Int64(seconds * 1e9))
    var runs: [EventLoopFuture<Run>] = []
    for (index, channel) in channels.prefix(scenario.connections).enumerated() {
      let promise = channel.eventLoop.makePromise(of: Run.self)
      channel.eventLoop.execute {
        let worker = EchoWorker(
          bytes: scenario.bytes, inFlight: scenario.inFlight(on: index), end: end,
          promise: promise)
        worker.start(on: channel)
      }
      runs.append(promise.futureResult)
    }
    var run = Run()
    for part in runs { run.add(try await part.get()) }
    return run
  }
}

/// Keeps so many messages under way on one connection; on its event loop.
private final class EchoWorker {
  private let message: ByteBuffer
  private let inFlight: Int
  private let end: NIODeadline
  private let promise: EventLoopPromise<Run>
  private var run = Run()
  /// When each message under way was sent; they come back in order.
  private var sent = CircularBuffer<NIODeadline>()

  init(bytes: Int, inFlight: Int, end: NIODeadline, promise: EventLoopPromise<Run>) {
    message = ByteBuffer(repeating: 0x55, count: bytes)
    self.inFlight = inFlight
    self.end = end
    self.promise = promise
    run.latencies.reserveCapacity(1 << 19)
  }

  func start(on channel: any Channel) {
    let handler = EchoHandler { handler, _ in self.received(handler, channel) }
    do {
      try channel.pipeline.syncOperations.addHandler(handler)
    } catch {
      promise.fail(error)
    }
    for _ in 0..<inFlight { send(handler) }
    handler.flush()
  }

  private func send(_ handler: EchoHandler) {
    sent.append(.now())
    handler.give(message)
  }

  private func received(_ handler: EchoHandler, _ channel: any Channel) {
    let now = NIODeadline.now()
    let start = sent.removeFirst()
    run.operations += 1
    run.latencies.append(UInt32(clamping: (now - start).nanoseconds))
    if now < end {
      send(handler)
    } else if sent.isEmpty {
      channel.pipeline.syncOperations.removeHandler(handler, promise: nil)
      promise.succeed(run)
    }
  }
}
