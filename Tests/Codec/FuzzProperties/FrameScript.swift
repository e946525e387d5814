import Codec
import NIOCore
import RPCCore

/// What the other side of a connection sends: frames that are mostly allowed, so that the logic is
/// reached, in an order that the input decides, and sometimes damaged.
struct FrameScript {
  let isServer: Bool
  /// What was written and not delivered yet.
  private(set) var bytes = ByteBuffer()
  /// The highest stream that was opened, by whichever side opens them.
  var lastStream: UInt32 = 0
  /// Where in `bytes` the frames end that were not delivered, counted from the beginning of all; none
  /// beyond what is not a frame, where the receiver may see others than we wrote.
  private var ends: [Int] = []
  private var isFramed = true
  private var written = 0
  private var delivered = 0

  init(isServer: Bool, settings: WireSettings?) throws(Finding) {
    self.isServer = isServer
    bytes.writePreface(Preface())
    written = bytes.readableBytes
    if let settings { add(.settings, payload: try Self.encoded(settings)) }
  }

  /// Some of the next bytes, and how many frames end in them.
  mutating func deliver(_ count: Int) -> (ByteBuffer, frames: Int) {
    guard let part = bytes.readSlice(length: min(count, bytes.readableBytes)) else {
      return (ByteBuffer(), 0)
    }
    delivered += part.readableBytes
    let frames = ends.prefix { $0 <= delivered }.count
    ends.removeFirst(frames)
    return (part, frames)
  }

  /// Changes one bit of what was not delivered.
  mutating func damage(_ source: inout ByteSource) {
    guard bytes.readableBytes > 0 else { return }
    let index = bytes.readerIndex + source.choice(bytes.readableBytes)
    let byte = bytes.getInteger(at: index, as: UInt8.self) ?? 0
    bytes.setInteger(byte ^ (1 << UInt8(source.choice(8))), at: index)
    ends.removeAll { $0 > written - bytes.writerIndex + index }
    isFramed = false
  }

  /// Writes the next thing the input decides on.
  mutating func add(_ source: inout ByteSource) throws(Finding) {
    let stream = lastStream &- min(lastStream, UInt32(source.choice(6)))
    let choice = source.choice(16)
    // What mostly ends a connection comes seldom, so that it gets to states worth looking at before.
    if choice >= 11, source.choice(8) != 0 { return data(stream, &source) }
    switch choice {
    case 0 where !isServer:
      lastStream &+= UInt32(1 + source.choice(2))
      let path = String(repeating: "m", count: source.size(max: 300))
      add(.open, stream: lastStream, payload: try Self.encoded(WireOpen(method: path)))
    case 0: add(.head, stream: stream, payload: try Self.encoded(WireHead()))
    case 1 where isServer:
      add(.end, stream: stream, payload: try Self.encoded(WireEnd(code: UInt32(source.choice(4)))))
    case 1: add(.cancel, stream: stream)
    case 2...6: data(stream, &source)
    case 7...9: credit(source.choice(4) == 0 ? 0 : stream, UInt32(source.size(max: 60_000)))
    case 10: ping(source.choice(2) == 0 ? Drain.pingContent : 1, isAnswer: source.choice(4) > 0)
    case 11: add(.goAway, payload: Bytes(source.bytes(source.size(max: 20))))
    case 12: add(.settings, payload: try Self.encoded(Self.settings(&source)))
    case 13: append(source.bytes(source.size(max: 40)))
    default:
      let type = FrameType.allCases[source.choice(FrameType.allCases.count)]
      let flags = FrameFlags(rawValue: source.byte() & 15)
      add(type, flags: flags, stream: stream, payload: Bytes(source.bytes(source.size(max: 20))))
    }
  }

  /// Settings with windows of any allowed size, and sometimes of another.
  static func settings(_ source: inout ByteSource) -> WireSettings {
    guard source.choice(2) == 1 else { return WireSettings() }
    return WireSettings(
      messageBytesMax: UInt32(source.choice(200_000)), streamsMax: UInt32(source.choice(10)),
      streamWindowBytes: UInt32(64 << 10 + source.choice(2) * source.choice(60_000)),
      connectionWindowBytes: UInt32(1 << 20 + source.choice(60_000)),
      encodings: source.choice(2) == 0 ? [] : [.zstd])
  }

  /// What messages are made of: digits shrink to about half, so that compressing them is of use.
  private static let digits = Bytes(
    (0..<150_000).map { (number: Int) in
      UInt8(48 + ((UInt64(number * number) &* 0x9E37_79B9_7F4A_7C15) >> 40) % 10)
    })

  /// A message of that many digits, in segments of every length up to some hundred and a long one.
  static func message(_ count: Int) -> SegmentedBytes {
    var segments: [Bytes] = []
    var start = 0
    while start < count, segments.count < 200 {
      let end = min(start + segments.count, count)
      segments.append(digits[start..<end])
      start = end
    }
    return SegmentedBytes(segments + [digits[start..<count]])
  }

  /// A compressed message, in one chunk or two, that may be damaged.
  private mutating func compressedData(_ stream: UInt32, _ source: inout ByteSource) {
    let message = Self.message(1_024 + source.size(max: 3_000))
    guard var body = Compression.compressed(message).map(Array.init) else { return }
    if source.choice(3) == 0 {
      body[source.choice(body.count)] ^= UInt8(1 + source.choice(255))
    }
    if source.choice(2) == 0 {
      data(stream, body, [.first, .last, .compressed])
    } else {
      let total = Array(ByteBuffer(integer: UInt32(body.count)).readableBytesView)
      let cut = 1 + source.choice(body.count - 1)
      data(stream, total + body[..<cut], [.first, .compressed])
      data(stream, Array(body[cut...]), source.choice(8) == 0 ? .last : [.last, .compressed])
    }
  }

  private mutating func data(_ stream: UInt32, _ source: inout ByteSource) {
    if source.choice(4) == 3 { return compressedData(stream, &source) }
    let count = source.size(max: 30_000)
    let payload = [UInt8](repeating: 9, count: count)
    switch source.choice(8) {
    case 0...2: data(stream, payload, [.first, .last])
    case 3:
      let total = UInt32(count + 1 + source.size(max: 120_000))
      let stated = Array(ByteBuffer(integer: total).readableBytesView)
      data(stream, stated + payload, .first)
    case 4: data(stream, payload, [])
    case 5: data(stream, payload, .last)
    case 6: data(stream, source.choice(2) == 0 ? [] : payload, .finish)
    default: data(stream, payload, [.first, .last, .finish])
    }
  }

  private mutating func data(_ stream: UInt32, _ payload: [UInt8], _ flags: FrameFlags) {
    add(.data, flags: flags, stream: stream, payload: Bytes(payload))
  }

  private mutating func credit(_ stream: UInt32, _ count: UInt32) {
    add(.credit, stream: stream, payload: Bytes(ByteBuffer(integer: count).readableBytesView))
  }

  private mutating func ping(_ content: UInt64, isAnswer: Bool) {
    add(.ping, flags: isAnswer ? .answer : [], payload: content.bytes)
  }

  private mutating func add(
    _ type: FrameType, flags: FrameFlags = [], stream: UInt32 = 0, payload: Bytes = []
  ) {
    let before = bytes.readableBytes
    bytes.writeFrameHeader(
      FrameHeader(type, flags: flags, stream: StreamID(stream), length: payload.count))
    payload.withUnsafeBytes { _ = bytes.writeBytes($0) }
    written += bytes.readableBytes - before
    if isFramed { ends.append(written) }
  }

  private mutating func append(_ garbage: [UInt8]) {
    bytes.writeBytes(garbage)
    written += garbage.count
    if !garbage.isEmpty { isFramed = false }
  }

  static func encoded(_ message: some Message) throws(Finding) -> Bytes {
    do {
      return try message.serialized()
    } catch {
      throw Finding("a message of the script cannot be encoded: \(error)")
    }
  }
}
