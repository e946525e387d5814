import Codec
import NIOCore
import RPCCore
import Testing

/// How far the window of a call grows beyond what its sender began with.
struct WindowGrowthTests {
  private let one = StreamID(1)
  private let two = StreamID(2)
  /// A message of it costs a quarter of the first window.
  private let messageBytes = 16 << 10 - ReceiveWindow.messageOverheadBytes

  private var limits: Limits {
    var limits = Limits()
    limits.streamWindowBytes = 64 << 10
    limits.streamWindowBytesMax = 256 << 10
    limits.windowGrowthBytesMax = 100 << 10
    return limits
  }

  /// Receives a message and says whether the call has taken it; returns the credit for the stream.
  private func credit(
    _ transfer: inout Transfer, _ stream: StreamID, takes: Bool = true
  ) throws -> Int {
    let header = FrameHeader(.data, flags: [.first, .last], stream: stream, length: messageBytes)
    let payload = ByteBuffer(repeating: 1, count: messageBytes)
    _ = try transfer.received(Frame(header: header, payload: payload))
    if takes { transfer.consumed(messages: 1, on: stream) }
    var sent: [Transfer.Sent] = []
    return try Peer.frames(transfer.takeStaged(sent: &sent)).reduce(0) { sum, frame in
      guard frame.header.type == .credit, frame.header.stream == stream else { return sum }
      return sum + Int(frame.payload.getInteger(at: 0, as: UInt32.self) ?? 0)
    }
  }

  @Test
  func `a window doubles while messages are taken, within the connection's share`() throws {
    var transfer = Transfer(limits: limits)
    transfer.open(one)
    #expect(try credit(&transfer, one) == (16 + 64) << 10)
    #expect(try credit(&transfer, one) == 0)
    #expect(try credit(&transfer, one) == (32 + 36) << 10)
    for _ in 0..<2 { #expect(try credit(&transfer, one) == 0) }
    #expect(try credit(&transfer, one) == 48 << 10)
  }

  @Test
  func `a window does not grow past its maximum`() throws {
    var limits = limits
    limits.streamWindowBytesMax = 96 << 10
    var transfer = Transfer(limits: limits)
    transfer.open(one)
    #expect(try credit(&transfer, one) == (16 + 32) << 10)
    #expect(try credit(&transfer, one) == 0)
    #expect(try credit(&transfer, one) == 32 << 10)
  }

  @Test
  func `a window does not grow while messages wait for the call`() throws {
    var transfer = Transfer(limits: limits)
    transfer.open(one)
    #expect(try credit(&transfer, one, takes: false) == 0)
    #expect(try credit(&transfer, one) == 16 << 10)
  }

  @Test
  func `what a window grew by is free for others when its call has ended`() throws {
    var limits = limits
    limits.windowGrowthBytesMax = 64 << 10
    var transfer = Transfer(limits: limits)
    transfer.open(one)
    transfer.open(two)
    #expect(try credit(&transfer, one) == (16 + 64) << 10)
    #expect(try credit(&transfer, two) == 16 << 10)
    transfer.remove(one)
    #expect(try credit(&transfer, two) == (16 + 64) << 10)
  }
}
