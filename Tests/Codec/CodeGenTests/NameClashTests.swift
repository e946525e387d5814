import CodeGen
import Codec
import Descriptors
import Testing

/// Names that differ in the schema and would be one in Swift.
@Suite struct NameClashTests {
  private func field(
    _ name: String, _ number: Int32, oneof: Int32? = nil, type: String = ""
  ) -> FieldDescriptorProto {
    FieldDescriptorProto(
      name: name, number: number, label: .optional, type: type.isEmpty ? .string : .message,
      typeName: type, oneofIndex: oneof)
  }

  private func file(_ messages: DescriptorProto..., name: String = "a.proto") -> FileDescriptorProto
  {
    FileDescriptorProto(name: name, package: "p", messageType: messages, syntax: "proto3")
  }

  private func generate(_ files: FileDescriptorProto...) throws -> [CodeGeneratorResponse.File] {
    let response = Generator.respond(
      to: CodeGeneratorRequest(fileToGenerate: files.map(\.name), protoFile: files))
    #expect(response.error == nil)
    return response.file
  }

  @Test func `the field of the lowest number keeps the name`() throws {
    let message = DescriptorProto(
      name: "A",
      field: [field("page_size", 7), field("PageSize", 2), field("pageSize", 9), field("_1", 1)])
    let text = try generate(file(message))[0].content
    for property in ["pageSize", "pageSize_7", "pageSize_9", "field1"] {
      #expect(text.contains("  public var \(property): String = \"\"\n"))
    }
  }

  @Test func `a oneof gives way to a field, and its type to other types`() throws {
    let message = DescriptorProto(
      name: "A", field: [field("image", 1), field("picture", 2, oneof: 0, type: ".p.Image")],
      oneofDecl: [OneofDescriptorProto(name: "IMAGE"), OneofDescriptorProto(name: "image")])
    var other = message
    other.name = "B"
    other.field[1].oneofIndex = 1
    let text = try generate(file(message, other, DescriptorProto(name: "Image")))[0].content
    #expect(text.contains("  public var iMAGE: IMAGE?\n"))
    #expect(text.contains("  public var image_oneof: Image_?\n"))
    #expect(text.contains("  public enum Image_: Hashable, Sendable {\n    case picture(Image)\n"))
  }

  @Test func `a type inside a message gives way to one that the message means`() throws {
    let message = DescriptorProto(
      name: "A", field: [field("image", 1, type: ".p.Image"), field("own", 2, type: ".p.A.Image")],
      nestedType: [DescriptorProto(name: "Image")])
    let text = try generate(file(message, DescriptorProto(name: "Image")))[0].content
    #expect(text.contains("  public var image: Image?\n"))
    #expect(text.contains("  public var own: A.Image_?\n"))
    #expect(text.contains("  public struct Image_: Hashable, Sendable {\n"))
  }

  @Test func `files of one name get those of their folders`() throws {
    let names = try generate(
      file(DescriptorProto(name: "A"), name: "x/a.proto"),
      file(DescriptorProto(name: "B"), name: "y/a.proto"),
      file(DescriptorProto(name: "C"), name: "registry.proto")
    ).map(\.name)
    #expect(Set(names).count == names.count)
    #expect(
      names.filter { !$0.contains("+") } == [
        "A.swift", "YA.swift", "Registry_.swift", "Registry.swift",
      ])
  }

  @Test func `a type of another module that is hidden is named with its module`() throws {
    let message = DescriptorProto(
      name: "ProtoEmpty", field: [field("empty", 1, type: ".google.protobuf.Empty")])
    let empty = FileDescriptorProto(
      name: "google/protobuf/empty.proto", package: "google.protobuf",
      messageType: [DescriptorProto(name: "Empty")], syntax: "proto3")
    let request = CodeGeneratorRequest(
      fileToGenerate: ["a.proto"], protoFile: [empty, file(message)])
    let text = try #require(Generator.respond(to: request).file.first).content
    #expect(text.contains("public import WellKnownTypes\n"))
    #expect(text.contains("  public var empty: WellKnownTypes.ProtoEmpty?\n"))
  }
}

/// The generated code of `nasty.proto`: that it compiles is most of what there is to test.
@Suite struct NastyTests {
  @Test(arguments: allMessageTypes.indices)
  func `every message survives its bytes`(index: Int) throws {
    func roundTrip<Value: Message>(_ type: Value.Type) throws {
      let bytes: Bytes = [0xf8, 0xff, 0xff, 0xff, 0x0f, 1]
      #expect(
        try type.init(serialized: type.init(serialized: bytes).serialized()).serialized() == bytes)
    }
    try roundTrip(allMessageTypes[index])
  }

  @Test func `the words of Swift are fields like others`() throws {
    let words = Words(class: "a", init_: "b", await: "d", self_: "c", unsafe: "e")
    #expect(try Words(serialized: words.serialized()) == words)
  }

  @Test func `numbers with several names have one case`() {
    #expect(Aliases.moo == Aliases(rawValue: 2))
    #expect(Aliases.bAz == .moo)
    #expect(Aliases.allCases.map(\.rawValue) == [0, 2, .min, .max, 3])
  }
}
