import Codec
import RPCCore

// Most tests send messages of one segment.

extension ClientConnection {
  mutating func send(_ message: Bytes, isLast: Bool, on stream: StreamID) throws(Status) {
    try send(SegmentedBytes(message), isLast: isLast, on: stream)
  }
}

extension ServerConnection {
  mutating func send(_ message: Bytes, on stream: StreamID) throws(Status) {
    try send(SegmentedBytes(message), on: stream)
  }
}

extension Compression {
  static func compressed(_ message: Bytes) -> Bytes? { compressed(SegmentedBytes(message)) }
}
