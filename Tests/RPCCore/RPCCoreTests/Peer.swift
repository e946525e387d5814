import Codec
import NIOCore
import RPCCore

/// The other side of a connection in a test: writes frames as a peer would, and reads ours.
struct Peer {
  var bytes = ByteBuffer()

  /// A peer that says hello first, with these settings.
  init(settings: WireSettings? = WireSettings()) throws {
    bytes.writePreface(Preface())
    if let settings { add(.settings, payload: try settings.serialized()) }
  }

  mutating func add(
    _ type: FrameType, flags: FrameFlags = [], stream: UInt32 = 0, payload: Bytes = []
  ) {
    bytes.writeFrameHeader(
      FrameHeader(type, flags: flags, stream: StreamID(stream), length: payload.count))
    payload.withUnsafeBytes { _ = bytes.writeBytes($0) }
  }

  mutating func open(_ stream: UInt32, _ path: String = "a/b") throws {
    add(.open, stream: stream, payload: try WireOpen(method: path).serialized())
  }

  mutating func data(_ stream: UInt32, _ payload: Bytes, _ flags: FrameFlags) {
    add(.data, flags: flags, stream: stream, payload: payload)
  }

  mutating func credit(_ stream: UInt32, _ bytes: UInt32) {
    add(
      .credit, stream: stream, payload: Bytes(Array(ByteBuffer(integer: bytes).readableBytesView)))
  }

  mutating func ping(_ content: UInt64, isAnswer: Bool = false) {
    add(.ping, flags: isAnswer ? .answer : [], payload: content.bytes)
  }

  /// What was added since the last time.
  mutating func take() -> ByteBuffer {
    defer { bytes = ByteBuffer() }
    return bytes
  }

  /// The frames in bytes that we sent.
  static func frames(_ bytes: ByteBuffer?, afterPreface: Bool = false) throws -> [Frame] {
    var reader = FrameReader(payloadBytesMax: FrameHeader.payloadBytesMax)
    if let bytes { reader.append(bytes) }
    if afterPreface { _ = try reader.preface() }
    var frames: [Frame] = []
    while let frame = try reader.next() { frames.append(frame) }
    return frames
  }
}

extension ServerConnection {
  /// All that comes of these bytes.
  mutating func receive(
    _ bytes: ByteBuffer, at now: ContinuousClock.Instant = .now
  ) throws(ConnectionFault) -> [Event] {
    append(bytes)
    var events: [Event] = []
    while let event = try next(at: now) { events.append(event) }
    return events
  }

  /// All frames that are to be sent.
  mutating func frames(afterPreface: Bool = false) throws -> [Frame] {
    var output = ByteBuffer()
    var sent: [Transfer.Sent] = []
    while var bytes = takeOutput(sent: &sent) { output.writeBuffer(&bytes) }
    return try Peer.frames(output, afterPreface: afterPreface)
  }
}

extension ClientConnection {
  /// All that comes of these bytes.
  mutating func receive(
    _ bytes: ByteBuffer, at now: ContinuousClock.Instant = .now
  ) throws(ConnectionFault) -> [Event] {
    append(bytes)
    var events: [Event] = []
    while let event = try next(at: now) { events.append(event) }
    return events
  }

  /// All frames that are to be sent.
  mutating func frames(afterPreface: Bool = false) throws -> [Frame] {
    var output = ByteBuffer()
    var sent: [Transfer.Sent] = []
    while var bytes = takeOutput(sent: &sent) { output.writeBuffer(&bytes) }
    return try Peer.frames(output, afterPreface: afterPreface)
  }
}
