package import Codec
package import NIOCore

extension Frame {
  /// The payload, copied.
  package var bytes: Bytes { payload.copiedBytes }
}

extension ByteBuffer {
  /// The readable bytes, copied: they do not keep alive what else came in the same read.
  package var copiedBytes: Bytes { withUnsafeReadableBytes { Bytes(Array($0)) } }
}

extension UInt64 {
  /// The eight big-endian bytes of a PING.
  package var bytes: Bytes { Swift.withUnsafeBytes(of: bigEndian) { Bytes(Array($0)) } }
}
