import Codec
import CodecTestMessages
import Testing

/// Bytes that protobuf's own documentation of the encoding gives, and others worked out by hand.
@Suite struct KnownBytesTests {
  @Test func `150 in an int32 is three bytes`() throws {
    let bytes = hex("18 96 01")
    #expect(try Scalars(serialized: bytes) == Scalars(int32Value: 150))
    #expect(try Array(Scalars(int32Value: 150).serialized()) == bytes)
  }

  @Test func `"testing" is its length and its characters`() throws {
    let bytes = hex("72 07 74 65 73 74 69 6e 67")
    #expect(try Scalars(serialized: bytes) == Scalars(stringValue: "testing"))
    #expect(try Array(Scalars(stringValue: "testing").serialized()) == bytes)
  }

  @Test func `a message inside a message has a length in front`() throws {
    let message = Optionals(scalars: Scalars(int32Value: 150))
    let bytes = hex("8a 01 03 18 96 01")
    #expect(try Optionals(serialized: bytes) == message)
    #expect(try Array(message.serialized()) == bytes)
  }

  @Test func `3, 270 and 86942 are packed under one tag`() throws {
    let message = Lists(int32Values: [3, 270, 86942])
    let bytes = hex("1a 06 03 8e 02 9e a7 05")
    #expect(try Lists(serialized: bytes) == message)
    #expect(try Array(message.serialized()) == bytes)
  }

  @Test func `an empty message has no bytes`() throws {
    #expect(try Everything.all.allSatisfy { try $0.init().serialized().isEmpty })
  }

  static let scalars: [(Scalars, String)] = [
    (Scalars(doubleValue: 1), "09 000000000000f03f"),
    (Scalars(doubleValue: -0.0), "09 0000000000000080"),
    (Scalars(doubleValue: .infinity), "09 000000000000f07f"),
    (Scalars(doubleValue: .leastNonzeroMagnitude), "09 0100000000000000"),
    (Scalars(doubleValue: .greatestFiniteMagnitude), "09 ffffffffffffef7f"),
    (Scalars(floatValue: 1), "15 0000803f"),
    (Scalars(floatValue: -0.0), "15 00000080"),
    (Scalars(floatValue: -.infinity), "15 000080ff"),
    (Scalars(int32Value: 1), "18 01"),
    (Scalars(int32Value: .max), "18 ffffffff07"),
    (Scalars(int32Value: .min), "18 80808080f8ffffffff01"),
    (Scalars(int32Value: -1), "18 ffffffffffffffffff01"),
    (Scalars(int32Value: -2), "18 feffffffffffffffff01"),
    (Scalars(int64Value: .max), "20 ffffffffffffffff7f"),
    (Scalars(int64Value: .min), "20 80808080808080808001"),
    (Scalars(uint32Value: .max), "28 ffffffff0f"),
    (Scalars(uint64Value: .max), "30 ffffffffffffffffff01"),
    (Scalars(sint32Value: -1), "38 01"),
    (Scalars(sint32Value: 1), "38 02"),
    (Scalars(sint32Value: .max), "38 feffffff0f"),
    (Scalars(sint32Value: .min), "38 ffffffff0f"),
    (Scalars(sint64Value: -2), "40 03"),
    (Scalars(sint64Value: .max), "40 feffffffffffffffff01"),
    (Scalars(sint64Value: .min), "40 ffffffffffffffffff01"),
    (Scalars(fixed32Value: .max), "4d ffffffff"),
    (Scalars(fixed32Value: 0x0403_0201), "4d 01020304"),
    (Scalars(fixed64Value: .max), "51 ffffffffffffffff"),
    (Scalars(fixed64Value: 0x0807_0605_0403_0201), "51 0102030405060708"),
    (Scalars(sfixed32Value: .min), "5d 00000080"),
    (Scalars(sfixed32Value: -1), "5d ffffffff"),
    (Scalars(sfixed64Value: .min), "61 0000000000000080"),
    (Scalars(sfixed64Value: .max), "61 ffffffffffffff7f"),
    (Scalars(boolValue: true), "68 01"),
    (Scalars(stringValue: "\0"), "72 01 00"),
    (Scalars(stringValue: "é𝄞"), "72 06 c3a9 f09d849e"),
    (Scalars(bytesValue: [0, 255]), "7a 02 00ff"),
    (Scalars(colorValue: .red), "8001 01"),
    (Scalars(colorValue: .infrared), "8001 ffffffffffffffffff01"),
    (Scalars(colorValue: .brightest), "8001 ffffffff07"),
    (Scalars(colorValue: .darkest), "8001 80808080f8ffffffff01"),
    (Scalars(colorValue: .unrecognized(7)), "8001 07"),
  ]

  @Test(arguments: scalars)
  func `every scalar at its bounds has known bytes`(message: Scalars, bytes: String) throws {
    #expect(try Array(message.serialized()) == hex(bytes))
    #expect(try Scalars(serialized: hex(bytes)) == message)
  }

  @Test func `a NaN keeps its bits`() throws {
    let bits: UInt64 = 0xfff8_0000_dead_beef
    let message = Scalars(doubleValue: Double(bitPattern: bits), floatValue: .nan)
    let decoded = try Scalars(serialized: message.serialized())
    #expect(decoded.doubleValue.bitPattern == bits)
    #expect(decoded.floatValue.isNaN)
  }

  @Test func `surplus bits of a varint are dropped as the format says`() throws {
    #expect(try Scalars(serialized: hex("18 ffffffffff01")).int32Value == -1)
    #expect(try Scalars(serialized: hex("28 8180808010")).uint32Value == 1)
    #expect(try Scalars(serialized: hex("68 80808080808080808001")).boolValue)
    #expect(try Scalars(serialized: hex("8001 8180808010")).colorValue == .red)
  }

  @Test func `a varint may be longer than it must be`() throws {
    #expect(try Scalars(serialized: hex("18 81808080808080808000")).int32Value == 1)
    #expect(try Scalars(serialized: hex("98 80 00 05")).int32Value == 5)
  }

  @Test func `tags have one to five bytes`() throws {
    let message = Numbers(
      oneByte: 1, twoBytes: 2, twoBytesLast: 3, threeBytes: 4, last: "x")
    let bytes = hex("78 01  8001 02  f87f 03  808001 04  faffffff0f 01 78")
    #expect(try Array(message.serialized()) == bytes)
    #expect(try Numbers(serialized: bytes) == message)
  }

  @Test func `presence is written even with the default`() throws {
    let message = Optionals(
      doubleValue: 0, int32Value: 0, boolValue: false, stringValue: "", bytesValue: [],
      colorValue: .unspecified, scalars: Scalars())
    let bytes = hex("09 0000000000000000  18 00  68 00  72 00  7a 00  8001 00  8a01 00")
    #expect(try Array(message.serialized()) == bytes)
    #expect(try Optionals(serialized: bytes) == message)
    #expect(Optionals() != message)
  }
}
