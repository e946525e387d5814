import Codec
import Descriptors
import ProtoJSON
import Testing

/// JSON of bytes that no encoder of ours would write, but every decoder must take.
@Suite struct WireTests {
  private static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    tag(number, 2) + varint(content.count) + content
  }

  private static func tag(_ number: Int, _ type: Int) -> [UInt8] { varint(number << 3 | type) }

  private static func varint(_ value: Int) -> [UInt8] {
    var rest = UInt64(bitPattern: Int64(value))
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static let cases: [(name: String, bytes: [UInt8], json: String)] = [
    ("the last of two numbers counts", tag(1, 0) + [1] + tag(1, 0) + [2], #"{"int32Value":2}"#),
    ("a zero on the wire is left out", tag(1, 0) + [0], "{}"),
    ("a zero with presence stays", tag(28, 0) + [0], #"{"explicitInt32":0}"#),
    ("a long zero is left out", tag(1, 0) + [0x80, 0x80, 0x00], "{}"),
    (
      "the high bits of an int32 are dropped",
      tag(1, 0) + [0x81, 0x80, 0x80, 0x80, 0x80, 0x01], #"{"int32Value":1}"#
    ),
    ("a negative int32 in ten bytes", tag(1, 0) + varint(-1), #"{"int32Value":-1}"#),
    ("a bool that is not 1", tag(13, 0) + [0x02], #"{"boolValue":true}"#),
    ("zigzag", tag(5, 0) + [0x03] + tag(6, 0) + [0x01], #"{"sint32Value":-2,"sint64Value":"-1"}"#),
    (
      "messages merge", field(18, tag(1, 0) + [1]) + field(18, field(2, tag(1, 0) + [7])),
      #"{"inner":{"a":1,"corecursive":{"int32Value":7}}}"#
    ),
    (
      "the last of a oneof counts", field(113, [0x61]) + tag(111, 0) + [5] + tag(115, 0) + [1],
      #"{"choiceBool":true}"#
    ),
    (
      "a message of a oneof merges",
      field(112, tag(1, 0) + [1]) + field(112, field(2, [])),
      #"{"choiceInner":{"a":1,"corecursive":{}}}"#
    ),
    (
      "a message of a oneof does not merge over another member",
      field(112, tag(1, 0) + [1]) + tag(111, 0) + [5] + field(112, field(2, [])),
      #"{"choiceInner":{"corecursive":{}}}"#
    ),
    (
      "packed and unpacked elements mix",
      tag(31, 0) + [1] + field(31, [2, 3]) + tag(31, 0) + [4] + field(31, []),
      #"{"int32List":[1,2,3,4]}"#
    ),
    (
      "the last of a key counts", field(56, [8, 1, 16, 2]) + field(56, [8, 1, 16, 3]),
      #"{"int32Map":{"1":3}}"#
    ),
    ("an entry without key and value", field(56, []), #"{"int32Map":{"0":0}}"#),
    ("an entry in another order", field(56, [16, 2, 8, 1]), #"{"int32Map":{"1":2}}"#),
    ("an entry with an unknown field", field(56, [8, 1, 24, 9, 16, 2]), #"{"int32Map":{"1":2}}"#),
    (
      "the message of an entry merges",
      field(71, field(1, [0x61]) + field(2, [8, 1]) + field(2, field(2, []))),
      #"{"innerMap":{"a":{"a":1,"corecursive":{}}}}"#
    ),
    ("unknown fields are left out", tag(1000, 0) + [1] + field(1001, [1, 2]), "{}"),
    ("another wire type is unknown", field(1, [1]) + tag(14, 0) + [1], "{}"),
    (
      "a group is passed over", tag(1000, 3) + tag(1, 0) + [1] + tag(1000, 4) + tag(1, 0) + [7],
      #"{"int32Value":7}"#
    ),
    (
      "the parts of a wrapper and a timestamp",
      field(202, tag(1, 0) + [1]) + field(202, tag(1, 0) + [2])
        + field(302, tag(1, 0) + [1]) + field(302, tag(2, 0) + varint(500_000_000)),
      #"{"int32Wrapper":2,"timestamp":"1970-01-01T00:00:01.500Z"}"#
    ),
  ]

  @Test(arguments: cases.indices)
  func `every legal form on the wire gives the JSON of the message it means`(
    index: Int
  ) throws {
    let (name, bytes, json) = Self.cases[index]
    let schema = try Kinds.protoFile.schema()
    #expect(try schema.json(of: Bytes(bytes), as: Kinds.protoName) == json, "\(name)")
    #expect(try Kinds(serialized: bytes).json() == json, "\(name), decoded by generated code")
  }

  static let damaged: [[UInt8]] = [
    tag(1, 0), tag(1, 0) + [0x80], field(18, tag(1, 0)), field(14, [0xFF]),
    field(14, [0xC0, 0x80]),
    tag(18, 2) + [5, 1], tag(1, 3), tag(1, 3) + tag(2, 4), tag(1, 4), [0x00], [0x07], [0x06],
    tag(1, 0) + [UInt8](repeating: 0xFF, count: 10), field(31, [0x80]), field(42, [1, 2, 3]),
    field(56, [8]), field(69, field(1, [0xFF])), field(56, [16, 0x80]),
  ]

  @Test(arguments: damaged)
  func `damaged bytes are an error`(bytes: [UInt8]) throws {
    let schema = try Kinds.protoFile.schema()
    #expect(throws: JSONError.self) { try schema.json(of: Bytes(bytes), as: Kinds.protoName) }
  }

  @Test func `a slice of a larger buffer is read from its own beginning`() throws {
    let schema = try Kinds.protoFile.schema()
    let buffer = Bytes([0xFF, 0xFF] + Self.tag(1, 0) + [5, 0xFF])
    #expect(
      try schema.json(of: buffer[2..<(buffer.count - 1)], as: Kinds.protoName)
        == #"{"int32Value":5}"#)
  }

  @Test func `JSON becomes bytes by the name of the type alone`() throws {
    let schema = try Kinds.protoFile.schema()
    let bytes = try schema.bytes(ofJSON: #"{"a": 5}"#, as: "diyml.jsontest.Kinds.Inner")
    #expect(bytes == [8, 5])
    #expect(throws: JSONError.self) { try schema.bytes(ofJSON: "{}", as: "diyml.jsontest.None") }
    #expect(throws: JSONError.self) { try schema.json(of: [], as: "diyml.jsontest.None") }
  }
}
