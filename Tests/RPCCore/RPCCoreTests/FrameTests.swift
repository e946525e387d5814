import Codec
import NIOCore
import RPCCore
import SeededRandom
import Testing

struct FrameTests {
  /// The header of a DATA frame as Docs/WireFormat.md prints it.
  @Test
  func `a header is twelve big-endian bytes`() throws {
    let header = FrameHeader(
      .data, flags: [.first, .last], trafficClass: .bulk, stream: StreamID(0x0102_0304),
      length: 0x0A0B0C)
    var buffer = ByteBuffer()
    buffer.writeFrameHeader(header)
    #expect(
      Array(buffer.readableBytesView)
        == [0x0A, 0x0B, 0x0C, 0x03, 0x03, 0x01, 0x00, 0x00, 0x01, 0x02, 0x03, 0x04])
    #expect(try buffer.readFrameHeader() == header)
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `any split of the bytes gives the same frames`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let frames = (0..<20).map { _ in randomFrame(using: &random) }
    var bytes = ByteBuffer()
    for frame in frames {
      bytes.writeFrameHeader(frame.header)
      bytes.writeImmutableBuffer(frame.payload)
    }
    var reader = FrameReader(payloadBytesMax: 1 << 16)
    var read: [Frame] = []
    while bytes.readableBytes > 0 {
      let count = min(bytes.readableBytes, Int.random(in: 1...400, using: &random))
      reader.append(bytes.readSlice(length: count) ?? ByteBuffer())
      // Now and then two parts come at once.
      if bytes.readableBytes > 0, Int.random(in: 0...3, using: &random) == 0 { continue }
      while let frame = try reader.next() { read.append(frame) }
    }
    #expect(read == frames)
    #expect(!reader.isWithinFrame)
  }

  /// A chunk of 40,000 bytes in a message of several, wherever it is cut.
  @Test(arguments: 0..<50 as Range<UInt64>)
  func `pieces of a long chunk mean what the chunk means`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let message = (0..<80_000).map { UInt8(truncatingIfNeeded: $0) }
    var bytes = ByteBuffer()
    for (flags, part) in [(FrameFlags.first, message[..<40_000]), (.last, message[40_000...])] {
      let total = flags == .first ? 4 : 0
      bytes.writeFrameHeader(
        FrameHeader(.data, flags: flags, stream: StreamID(1), length: part.count + total))
      if flags == .first { bytes.writeInteger(UInt32(message.count)) }
      bytes.writeBytes(part)
    }
    var reader = FrameReader(payloadBytesMax: 1 << 16)
    var assembler = MessageAssembler()
    var outcomes: [MessageAssembler.Outcome] = []
    while bytes.readableBytes > 0 {
      let count = min(bytes.readableBytes, Int.random(in: 1...20_000, using: &random))
      reader.append(bytes.readSlice(length: count) ?? ByteBuffer())
      while let frame = try reader.next() {
        outcomes.append(
          try assembler.append(frame.header.flags, frame.payload, messageBytesMax: 80_000))
      }
    }
    #expect(outcomes.first == .began(bytes: message.count))
    #expect(outcomes.last == .message(Bytes(message)))
  }

  private func randomFrame(using random: inout SeededGenerator) -> Frame {
    let count = Int.random(in: 0...300, using: &random)
    let payload = ByteBuffer(
      bytes: (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
    let header = FrameHeader(
      .data, flags: FrameFlags(rawValue: UInt8.random(in: 0...15, using: &random)),
      trafficClass: .normal, stream: StreamID(UInt32.random(in: 1...100, using: &random)),
      length: count)
    return Frame(header: header, payload: payload)
  }

  @Test(arguments: [(0x10000, true), (0x10001, false)])
  func `a length is judged by the header alone`(length: Int, accepted: Bool) throws {
    var reader = FrameReader(payloadBytesMax: 0x10000)
    reader.append(header(FrameHeader(.data, stream: StreamID(1), length: length)))
    if accepted {
      #expect(try reader.next() == nil)
    } else {
      #expect(throws: ConnectionFault.self) { try reader.next() }
    }
  }

  /// Each row changes one byte of a good header, or the type, into something that is not allowed.
  @Test(arguments: [
    (3, 0, "type 0"), (3, 10, "type 10"), (4, 16, "flags 16"), (5, 2, "class 2"),
    (6, 1, "reserved"),
    (7, 1, "reserved"), (11, 0, "stream 0"),
  ])
  func `a header with an unknown value is a fault`(at: Int, value: UInt8, named: String) throws {
    var bytes = header(FrameHeader(.data, flags: .first, stream: StreamID(1), length: 1))
    bytes.setInteger(value, at: at)
    var reader = FrameReader(payloadBytesMax: 100)
    reader.append(bytes)
    let fault = try #require(throws: ConnectionFault.self) { try reader.next() }
    #expect(fault.reason == .protocolError)
    #expect(fault.message.contains(named))
  }

  @Test(arguments: [
    (FrameType.ping, 8, UInt32(0)), (.credit, 4, 0), (.credit, 4, 7), (.cancel, 0, 7),
  ])
  func `frames of fixed length have exactly that`(
    type: FrameType, length: Int, stream: UInt32
  ) throws {
    for (candidate, accepted) in [(length, true), (length + 1, false), (length - 1, false)]
    where candidate >= 0 {
      var reader = FrameReader(payloadBytesMax: 100)
      var bytes = header(FrameHeader(type, stream: StreamID(stream), length: candidate))
      bytes.writeRepeatingByte(0, count: candidate)
      reader.append(bytes)
      if accepted {
        #expect(try reader.next() != nil)
      } else {
        #expect(throws: ConnectionFault.self) { try reader.next() }
      }
    }
  }

  @Test(arguments: [
    (FrameType.settings, UInt32(1)), (.ping, 1), (.goAway, 1), (.open, 0), (.data, 0), (.head, 0),
    (.end, 0), (.cancel, 0),
  ])
  func `a frame stands on a stream, or on none, by its type`(type: FrameType, stream: UInt32) {
    let length = type == .ping ? 8 : 0
    var reader = FrameReader(payloadBytesMax: 100)
    reader.append(header(FrameHeader(type, stream: StreamID(stream), length: length)))
    #expect(throws: ConnectionFault.self) { try reader.next() }
  }

  private func header(_ header: FrameHeader) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.writeFrameHeader(header)
    return buffer
  }
}

struct PrefaceTests {
  @Test(arguments: 0...5)
  func `a preface is read when it is whole`(count: Int) throws {
    var buffer = ByteBuffer()
    buffer.writePreface(Preface())
    var part = buffer.readSlice(length: count) ?? ByteBuffer()
    #expect(try part.readPreface() == nil)
    #expect(part.readableBytes == count)
    part.writeImmutableBuffer(buffer)
    #expect(try part.readPreface() == Preface())
  }

  @Test(arguments: 0..<4)
  func `a wrong byte is seen as soon as it arrives`(position: Int) {
    var bytes = Preface.magic
    bytes[position] ^= 1
    var buffer = ByteBuffer(bytes: bytes[...position])
    #expect(throws: ConnectionFault.self) { try buffer.readPreface() }
  }
}
