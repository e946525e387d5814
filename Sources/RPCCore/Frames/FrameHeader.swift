package import Codec
package import NIOCore

/// What a frame is for; the second field of its header.
package enum FrameType: UInt8, Sendable, CaseIterable {
  case settings = 1
  case open = 2
  case data = 3
  case head = 4
  case end = 5
  case cancel = 6
  case credit = 7
  case ping = 8
  case goAway = 9
}

/// Bits whose meaning depends on the frame's type.
package struct FrameFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// DATA: the first chunk of a message.
  package static let first = FrameFlags(rawValue: 1)
  /// DATA: the last chunk of a message.
  package static let last = FrameFlags(rawValue: 2)
  /// DATA: the sender's last frame with messages on this stream.
  package static let finish = FrameFlags(rawValue: 4)
  /// DATA: of a compressed message.
  package static let compressed = FrameFlags(rawValue: 8)
  /// PING: the answer to one.
  package static let answer = FrameFlags(rawValue: 1)

  /// What may be set in a frame of this type.
  static func allowed(in type: FrameType) -> FrameFlags {
    switch type {
    case .data: [.first, .last, .finish, .compressed]
    case .ping: .answer
    case .settings, .open, .head, .end, .cancel, .credit, .goAway: []
    }
  }
}

/// Which queue of its sender a frame came from.
package enum TrafficClass: UInt8, Sendable, CaseIterable {
  /// Everything small: it does not wait for the chunks of large messages.
  case normal = 0
  /// A chunk of a message that takes several.
  case bulk = 1
}

/// The 12 bytes before each payload.
package struct FrameHeader: Hashable, Sendable {
  /// Bytes of a header.
  package static let bytes = 12
  /// The longest payload that a header can state.
  package static let payloadBytesMax = 1 << 24 - 1

  /// Bytes of payload, 0 to 2^24 - 1.
  package var length: Int
  package var type: FrameType
  package var flags: FrameFlags
  package var trafficClass: TrafficClass
  package var stream: StreamID

  package init(
    _ type: FrameType, flags: FrameFlags = [], trafficClass: TrafficClass = .normal,
    stream: StreamID = .connection, length: Int
  ) {
    self.length = length
    self.type = type
    self.flags = flags
    self.trafficClass = trafficClass
    self.stream = stream
  }
}

extension FrameHeader {
  /// The header in its two big-endian words, or the fault in it.
  init(_ first: UInt64, _ stream: UInt32) throws(ConnectionFault) {
    let rawType = UInt8(truncatingIfNeeded: first >> 32)
    guard let type = FrameType(rawValue: rawType) else {
      throw .protocolError("frame type \(rawType); the last one known is 9")
    }
    let flags = FrameFlags(rawValue: UInt8(truncatingIfNeeded: first >> 24))
    guard FrameFlags.allowed(in: type).isSuperset(of: flags) else {
      throw .protocolError("flags \(flags.rawValue) in a frame of type \(type)")
    }
    let rawClass = UInt8(truncatingIfNeeded: first >> 16)
    guard let trafficClass = TrafficClass(rawValue: rawClass) else {
      throw .protocolError("class \(rawClass) in a frame of type \(type); the limit is 1")
    }
    guard first & 0xFFFF == 0 else {
      throw .protocolError("reserved bits \(first & 0xFFFF) in a frame of type \(type); must be 0")
    }
    self.init(
      type, flags: flags, trafficClass: trafficClass, stream: StreamID(stream),
      length: Int(first >> 40))
  }

  /// Judges what the type says about length and stream, before a byte of the payload is awaited.
  func validate(payloadBytesMax: Int) throws(ConnectionFault) {
    guard length <= payloadBytesMax else {
      throw .protocolError("\(length) bytes in a \(type) frame; the limit is \(payloadBytesMax)")
    }
    let exact: Int? =
      switch type {
      case .cancel: 0
      case .credit: 4
      case .ping: 8
      case .settings, .open, .data, .head, .end, .goAway: nil
      }
    if let exact, length != exact {
      throw .protocolError("\(length) bytes in a \(type) frame; it has \(exact)")
    }
    let needsStream: Bool? =
      switch type {
      case .settings, .ping, .goAway: false
      case .open, .data, .head, .end, .cancel: true
      case .credit: nil
      }
    if let needsStream, needsStream != (stream != .connection) {
      throw .protocolError("a \(type) frame on stream \(stream)")
    }
  }
}

extension ByteBuffer {
  /// Reads 12 bytes as a header; nothing is read while there are fewer.
  package mutating func readFrameHeader() throws(ConnectionFault) -> FrameHeader? {
    guard let (first, stream) = readMultipleIntegers(as: (UInt64, UInt32).self) else { return nil }
    return try FrameHeader(first, stream)
  }

  /// Writes a header of 12 bytes.
  package mutating func writeFrameHeader(_ header: FrameHeader) {
    precondition(header.length <= FrameHeader.payloadBytesMax, "\(header.length) bytes in a frame")
    let first =
      UInt64(header.length) << 40 | UInt64(header.type.rawValue) << 32
      | UInt64(header.flags.rawValue) << 24 | UInt64(header.trafficClass.rawValue) << 16
    writeMultipleIntegers(first, header.stream.rawValue)
  }
}

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

/// The number of a call on its connection; rises from call to call, and is not used again.
@frozen
public struct StreamID: Hashable, Sendable {
  /// The number as it stands in frames.
  public let rawValue: UInt32

  /// Names the stream of this number.
  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// What concerns the connection itself, not a call.
  @inlinable public static var connection: StreamID { StreamID(0) }
  /// Above every call: the last stream named by the first step of a drain.
  @inlinable public static var max: StreamID { StreamID(.max) }
}

extension StreamID: Comparable {
  /// Whether a stream was opened before another.
  @inlinable
  public static func < (left: StreamID, right: StreamID) -> Bool { left.rawValue < right.rawValue }
}

extension StreamID: CustomStringConvertible {
  /// The number.
  public var description: String { "\(rawValue)" }
}
