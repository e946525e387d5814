import NIOCore
import RPCCore

/// Reads what a connection of ours sends, and finds what it must never send.
struct FrameAudit {
  /// Credit that one stream may hold at once.
  private let creditMax: Int
  private let isServer: Bool
  private var reader = FrameReader(payloadBytesMax: 64 << 10)
  private var isPrefaceRead = false
  private(set) var ended: Set<StreamID> = []
  /// Credit given to the peer, beyond its first window, less what its messages that were taken cost.
  private var granted: [StreamID: Int] = [:]

  init(isServer: Bool, limits: Limits) {
    self.isServer = isServer
    creditMax = limits.connectionWindowBytes + limits.assembledBytesMax
  }

  /// Takes output, of which at most so many bytes may have been waiting.
  mutating func read(_ output: ByteBuffer, bytesMax: Int) throws(Finding) {
    try require(
      output.readableBytes <= bytesMax,
      "\(output.readableBytes) bytes waited to be sent; the limit is \(bytesMax)")
    reader.append(output)
    do {
      if !isPrefaceRead { isPrefaceRead = try reader.preface() != nil }
      while isPrefaceRead, let frame = try reader.next() { try read(frame) }
    } catch let finding as Finding {
      throw finding
    } catch {
      throw Finding("our own output is refused: \(error)")
    }
  }

  private mutating func read(_ frame: Frame) throws(Finding) {
    let stream = frame.header.stream
    switch frame.header.type {
    case .end:
      try require(isServer, "an END from a client")
      try require(ended.insert(stream).inserted, "a second END on stream \(stream)")
    case .data, .head:
      try require(!ended.contains(stream), "\(frame.header.type) after the END of stream \(stream)")
    case .credit:
      let bytes = frame.payload.getInteger(at: frame.payload.readerIndex, as: UInt32.self) ?? 0
      try require(bytes > 0, "an empty CREDIT on stream \(stream)")
      granted[stream, default: 0] += Int(bytes)
    case .open, .cancel: try require(!isServer, "\(frame.header.type) from a server")
    case .settings, .ping, .goAway: break
    }
  }

  /// Records that received DATA used up credit; checks that the credit was never too much.
  mutating func received(_ bytes: Int, on stream: StreamID) throws(Finding) {
    granted[stream, default: 0] -= bytes
    try require(
      granted[stream, default: 0] <= creditMax,
      "stream \(stream) has \(granted[stream, default: 0]) bytes of credit beyond its window")
  }
}
