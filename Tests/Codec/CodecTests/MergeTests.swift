import Codec
import CodecTestMessages
import Testing

/// What the format says about a field that comes more than once.
@Suite struct MergeTests {
  @Test func `the last of several single values counts`() throws {
    #expect(try Scalars(serialized: hex("18 01 18 02")).int32Value == 2)
    #expect(try Optionals(serialized: hex("18 01 18 00")).int32Value == 0)
    #expect(try Scalars(serialized: hex("72 01 61 72 00")).stringValue == "")
  }

  @Test func `messages that come in parts are merged`() throws {
    let parts: [UInt8] = try [
      Optionals(scalars: Scalars(int32Value: 1, stringValue: "a")),
      Optionals(scalars: Scalars(int32Value: 2, boolValue: true)),
    ].flatMap { try Array($0.serialized()) }
    let merged = Scalars(int32Value: 2, boolValue: true, stringValue: "a")
    #expect(try Optionals(serialized: parts).scalars == merged)
  }

  @Test func `messages in boxes are merged too`() throws {
    let parts: [UInt8] = try [
      Tree(left: Tree(name: "a", children: [Tree(name: "b")])),
      Tree(left: Tree(right: Tree(name: "c"), children: [Tree(name: "d")])),
    ].flatMap { try Array($0.serialized()) }
    let left = Tree(
      name: "a", right: Tree(name: "c"), children: [Tree(name: "b"), Tree(name: "d")])
    #expect(try Tree(serialized: parts) == Tree(left: left))
  }

  @Test func `lists are joined, packed or not`() throws {
    let bytes = hex("1a 02 01 02  18 03  1a 00  1a 01 04")
    #expect(try Lists(serialized: bytes).int32Values == [1, 2, 3, 4])
    #expect(try UnpackedLists(serialized: bytes).int32Values == [1, 2, 3, 4])
    let fixed = hex("4a 08 01000000 02000000  4d 03000000")
    #expect(try Lists(serialized: fixed).fixed32Values == [1, 2, 3])
    #expect(try UnpackedLists(serialized: fixed).fixed32Values == [1, 2, 3])
  }

  @Test func `a oneof holds its last member`() throws {
    let bytes = hex("0a 01 61  28 02  30 01")
    #expect(try Choice(serialized: bytes).pick == .flag(true))
    #expect(try Choice(serialized: hex("30 01 0a 00")).pick == .text(""))
    #expect(try Array(Choice(pick: .text("")).serialized()) == hex("0a 00"))
  }

  @Test func `the message in a oneof is merged when it comes twice in a row`() throws {
    let first = try Array(
      Choice(pick: .scalars(Scalars(int32Value: 1, boolValue: true))).serialized())
    let second = try Array(Choice(pick: .scalars(Scalars(int32Value: 2))).serialized())
    #expect(
      try Choice(serialized: first + second).pick
        == .scalars(Scalars(int32Value: 2, boolValue: true)))
    #expect(
      try Choice(serialized: first + hex("30 01") + second).pick == .scalars(Scalars(int32Value: 2))
    )
  }

  @Test func `an entry of a map may lack its key or its value`() throws {
    #expect(try Maps(serialized: hex("0a 00")).strings == ["": ""])
    #expect(try Maps(serialized: hex("0a 03 0a 01 61")).strings == ["a": ""])
    #expect(try Maps(serialized: hex("12 02 10 05")).int32s == [0: 5])
    #expect(try Maps(serialized: hex("32 00")).messages == [0: Scalars()])
  }

  @Test func `the last entry of a key counts, in any order of key and value`() throws {
    #expect(try Maps(serialized: hex("12 04 08 01 10 02  12 04 10 03 08 01")).int32s == [1: 3])
  }

  @Test func `what the schema does not know in an entry is passed over`() throws {
    #expect(try Maps(serialized: hex("12 06 08 01 10 02 18 09")).int32s == [1: 2])
  }

  @Test func `maps are written by key`() throws {
    let message = Maps(strings: ["b": "2", "c": "3", "a": "1"], blobs: [true: [1], false: [0]])
    let bytes = hex(
      "0a 06 0a 01 61 12 01 31  0a 06 0a 01 62 12 01 32  0a 06 0a 01 63 12 01 33"
        + "2a 05 08 00 12 01 00  2a 05 08 01 12 01 01")
    #expect(try Array(message.serialized()) == bytes)
    #expect(try Maps(serialized: bytes) == message)
  }

  @Test func `merging two messages is decoding their bytes one after the other`() throws {
    var message = Everything.maps
    try message.merge(serialized: Maps(strings: ["b": "new"], int32s: [7: 7]).serialized())
    #expect(message.strings == ["b": "new", "a": "1", "": ""])
    #expect(message.int32s == [-1: 1, 1: -1, 7: 7])
  }
}
