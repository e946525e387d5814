import Codec
import NIOCore
import RPCCore

/// Bytes as a client would send them, or as none would.
enum RawFrames {
  /// The preface and settings; all initial unless given.
  static func hello(_ settings: WireSettings = WireSettings()) throws -> [UInt8] {
    var buffer = ByteBuffer()
    buffer.writePreface(Preface())
    return Array(buffer.readableBytesView) + frame(.settings, payload: try settings.serialized())
  }

  /// An OPEN frame.
  static func open(_ stream: UInt32, _ open: WireOpen) throws -> [UInt8] {
    frame(.open, stream: stream, payload: try open.serialized())
  }

  /// An OPEN of a method that says nothing else.
  static func open(_ stream: UInt32, _ method: MethodDescriptor) throws -> [UInt8] {
    try open(stream, WireOpen(method: method.path))
  }

  /// A message in one DATA frame, the last of its direction.
  static func message(_ stream: UInt32, _ item: Echo.Item = Echo.Item()) throws -> [UInt8] {
    frame(.data, [.first, .last, .finish], stream: stream, payload: try item.serialized())
  }

  /// Any frame.
  static func frame(
    _ type: FrameType, _ flags: FrameFlags = [], stream: UInt32 = 0, payload: Bytes = Bytes()
  ) -> [UInt8] {
    header(type, flags, stream: stream, length: payload.count)
      + payload.withUnsafeBytes { Array($0) }
  }

  /// The header of any frame, without what it promises.
  static func header(
    _ type: FrameType, _ flags: FrameFlags = [], stream: UInt32 = 0, length: Int
  ) -> [UInt8] {
    var buffer = ByteBuffer()
    buffer.writeFrameHeader(
      FrameHeader(type, flags: flags, stream: StreamID(stream), length: length))
    return Array(buffer.readableBytesView)
  }
}

/// What a server has sent, frame by frame.
struct RawReplies {
  private var reader: FrameReader
  private var hasPreface = false

  init(frameBytesMax: Int = Limits().frameBytesMax) {
    reader = FrameReader(payloadBytesMax: frameBytesMax)
  }

  mutating func append(_ bytes: [UInt8]) { reader.append(ByteBuffer(bytes: bytes)) }

  /// The next whole frame, if it has arrived.
  mutating func next() throws -> Frame? {
    if !hasPreface {
      guard try reader.preface() != nil else { return nil }
      hasPreface = true
    }
    return try reader.next()
  }
}

extension Frame {
  /// The call's end in an END frame.
  var ending: CallEnding { CallEnding(serialized: bytes, limits: Limits()) }

  /// Why the server closes, in a GOAWAY frame.
  var fault: ConnectionFault {
    get throws { try GoAway(serialized: bytes).fault }
  }
}
