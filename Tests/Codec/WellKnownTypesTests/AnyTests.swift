import Codec
import Testing
import WellKnownTypes

@Suite struct AnyTests {
  @Test func `what was packed comes out`() throws {
    let packed = try ProtoAny(packing: ProtoStringValue(value: "a"))
    #expect(packed.typeUrl == "type.googleapis.com/google.protobuf.StringValue")
    #expect(packed.value == [0x0a, 1, 0x61])
    let read = try ProtoAny(serialized: packed.serialized())
    #expect(try read.unpacked(as: ProtoStringValue.self)?.value == "a")
  }

  @Test func `a message of another type does not come out`() throws {
    let packed = try ProtoAny(packing: ProtoStringValue(value: "a"))
    #expect(try packed.unpacked(as: ProtoBytesValue.self) == nil)
    #expect(try ProtoAny().unpacked(as: ProtoEmpty.self) == nil)
  }

  @Test func `bytes that are not the message are refused`() throws {
    let broken = ProtoAny(typeUrl: "example.org/google.protobuf.StringValue", value: [0x0a, 2])
    #expect(throws: DecodingError(.truncated, at: 0)) {
      try broken.unpacked(as: ProtoStringValue.self)
    }
  }

  @Test(arguments: [
    ("type.googleapis.com/a.B", "a.B"), ("x/y/a.B", "a.B"), ("/a.B", "a.B"), ("a.B", ""), ("", ""),
    ("a/", ""),
  ])
  func `the type is what follows the last slash`(url: String, name: String) {
    #expect(ProtoAny(typeUrl: url).typeName == name)
  }
}
