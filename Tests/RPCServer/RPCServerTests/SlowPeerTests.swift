import Codec
import NIOCore
import RPCClient
import RPCCore
import RPCServer
import Testing

/// A peer that calls and does not read.
@Suite(.timeLimit(.minutes(1)))
struct SlowPeerTests {
  private typealias Item = Echo.Item

  /// Hello with credit for everything, and a call that is answered by far more than sockets hold.
  private func call() throws -> [UInt8] {
    let window = UInt32(1) << 30
    let settings = try WireSettings(
      messageBytesMax: window, streamWindowBytes: window, connectionWindowBytes: window
    ).serialized()
    let open = try WireOpen(method: Echo.repeated.path).serialized()
    let request = try Item(key: "64", value: Bytes([UInt8](repeating: 7, count: 1 << 20)))
      .serialized()
    var buffer = ByteBuffer()
    buffer.writePreface(Preface())
    for (type, flags, payload) in [
      (FrameType.settings, FrameFlags(), settings), (.open, [], open),
    ] {
      let stream = type == .settings ? StreamID.connection : StreamID(1)
      buffer.writeFrameHeader(
        FrameHeader(type, flags: flags, stream: stream, length: payload.count))
      buffer.writeBytes(payload)
    }
    buffer.writeFrameHeader(
      FrameHeader(
        .data, flags: [.first, .last, .finish], stream: StreamID(1), length: request.count))
    buffer.writeBytes(request)
    return Array(buffer.readableBytesView)
  }

  @Test
  func `a peer that reads nothing loses its connection to others`() async throws {
    var limits = Limits()
    limits.frameBytesMax = 2 << 20
    limits.writeTimeout = .milliseconds(100)
    limits.closeTimeout = .milliseconds(100)
    limits.connectionsPerAddressMax = 1
    let server = Server(routes: Echo.routes, limits: limits, logger: .silent)
    try await withServer(server, on: .tcp(host: "127.0.0.1", port: 0)) { address in
      let socket = try RawSocket(address)
      socket.send(try call())
      // The one connection that this address may have is taken until the server gives up on it.
      var isServed = false
      while !isServed {
        try await withClient(to: address, logger: .silent) { client in
          do {
            let item: Item = try await client.unary(Echo.unary, Item(key: "a"))
            isServed = item.key == "a"
          } catch let status as Status {
            #expect(status.code == .unavailable)
          }
        }
      }
      #expect(isServed)
    }
  }
}
