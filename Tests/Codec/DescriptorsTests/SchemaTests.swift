import Codec
import CodecTestMessages
import Descriptors
import Testing
import WellKnownTypes

/// What generated files say about themselves.
@Suite struct SchemaTests {
  @Test(arguments: CodecTestMessages.allMessageTypes.map { $0.protoName })
  func `every generated message finds itself in the schema of its file`(name: String) throws {
    let type = try #require(CodecTestMessages.allMessageTypes.first { $0.protoName == name })
    let schema = try type.protoFile.schema()
    #expect(schema.message(named: name)?.file == type.protoFile.path)
  }

  @Test func `the well-known types find themselves, and what they import`() throws {
    for type in WellKnownTypes.allMessageTypes {
      let schema = try type.protoFile.schema()
      #expect(schema.message(named: type.protoName) != nil, "\(type.protoName)")
      for file in schema.files {
        for path in file.dependencies { #expect(schema.file(at: path) != nil, "\(path)") }
      }
    }
  }

  @Test func `a schema is read once for each file`() throws {
    #expect(try ProtoStruct.protoFile.schema() === ProtoValue.protoFile.schema())
  }

  @Test func `fields have their names, kinds and presence`() throws {
    let schema = try ProtoValue.protoFile.schema()
    let value = try #require(schema.message(named: "google.protobuf.Value"))
    let field = try #require(value.field(named: "nullValue"))
    #expect(field.name == "null_value")
    #expect(field.jsonName == "nullValue")
    #expect(value.field(named: "null_value")?.number == 1)
    #expect(value.oneofs == ["kind"])
    #expect(field.oneofIndex == 0)
    #expect(field.hasPresence)
    guard case .enumeration(let type) = field.kind else {
      Issue.record("not an enum: \(field.kind)")
      return
    }
    #expect(type.name(of: 0) == "NULL_VALUE")
    #expect(type.number(named: "NULL_VALUE") == 0)
    #expect(type.name(of: 1) == nil)
    let fields = try #require(schema.message(named: "google.protobuf.Struct")?.fields.first)
    guard case .map(key: .string, value: .message("google.protobuf.Value")) = fields.shape else {
      Issue.record("not a map: \(fields.shape)")
      return
    }
  }

  @Test func `files are found by their path and by what they declare`() throws {
    let schema = try ProtoStruct.protoFile.schema()
    let file = try #require(schema.file(declaring: "google.protobuf.ListValue"))
    #expect(file.path == "google/protobuf/struct.proto")
    #expect(file == schema.file(at: "google/protobuf/struct.proto"))
    #expect(file.serialized == ProtoStruct.protoFile.serialized)
    #expect(schema.file(declaring: "google.protobuf.Nothing") == nil)
    #expect(schema.messageNames.contains("google.protobuf.Struct"))
  }

  @Test func `a schema that travelled as bytes says the same`() throws {
    let ours = try ProtoStruct.protoFile.schema()
    let theirs = try Schema(serialized: ours.files.map(\.serialized))
    #expect(theirs.messageNames == ours.messageNames)
    #expect(theirs.files == ours.files)
  }
}
