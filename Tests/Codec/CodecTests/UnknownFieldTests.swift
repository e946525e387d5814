import Codec
import CodecTestMessages
import Testing

/// A message survives a program that is older than its schema.
@Suite struct UnknownFieldTests {
  static let unknown = [
    "08 96 01",  // varint
    "09 0102030405060708",  // eight bytes
    "0a 03 010203",  // a length and bytes
    "0d 01020304",  // four bytes
    "0b 0c",  // an empty group
    "0b 10 01 1b 1d 01020304 1c 0a 01 00 0c",  // groups in groups
    "f8ffffff0f 01",  // the last field number
  ]

  @Test(arguments: unknown)
  func `an unknown field is written back as it came`(field: String) throws {
    let message = try Nothing(serialized: hex(field))
    #expect(message.unknownFields.bytes == hex(field))
    #expect(try Array(message.serialized()) == hex(field))
  }

  @Test func `unknown fields follow the known ones in the order of their coming`() throws {
    let bytes = hex("a0 06 01  18 05  ea 06 01 61  68 01")
    let message = try Scalars(serialized: bytes)
    #expect(message.int32Value == 5 && message.boolValue)
    #expect(try Array(message.serialized()) == hex("18 05  68 01  a0 06 01  ea 06 01 61"))
  }

  @Test func `a known field of another wire type is unknown`() throws {
    let bytes = hex("1d 01020304  70 05  0a 02 0000")
    let message = try Scalars(serialized: bytes)
    #expect(message.int32Value == 0 && message.stringValue == "" && message.doubleValue == 0)
    #expect(message.unknownFields.bytes == bytes)
  }

  @Test func `a message inside a message keeps its own`() throws {
    let bytes = hex("8a 01 05 18 05 a0 06 01")
    let message = try Optionals(serialized: bytes)
    #expect(message.unknownFields.bytes.isEmpty)
    #expect(message.scalars?.unknownFields.bytes == hex("a0 06 01"))
    #expect(try Array(message.serialized()) == bytes)
  }

  static let unbalanced: [(String, UInt32, Int)] = [
    ("0b", 1, 0), ("0b 10 01", 1, 1), ("0c", 1, 0), ("0b 14", 2, 1), ("0b 13 0c 14", 1, 2),
    ("0b 13 14", 1, 2),
  ]

  @Test(arguments: unbalanced)
  func `an unbalanced group is refused`(bytes: String, number: UInt32, offset: Int) {
    #expect(throws: DecodingError(.unbalancedGroup(fieldNumber: number), at: offset)) {
      try Nothing(serialized: hex(bytes))
    }
  }
}
