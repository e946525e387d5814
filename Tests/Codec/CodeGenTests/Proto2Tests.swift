import CodeGen
import Codec
import Descriptors
import Testing

/// Files without `syntax = "proto3"` are read too: protoc's own descriptors are among them.
@Suite struct Proto2Tests {
  private func generate(syntax: String) -> String {
    let fields = [
      FieldDescriptorProto(name: "single", number: 1, label: .optional, type: .int32),
      FieldDescriptorProto(name: "list", number: 2, label: .repeated, type: .int32),
      FieldDescriptorProto(
        name: "packed_list", number: 3, label: .repeated, type: .int32,
        options: FieldOptions(packed: true)),
    ]
    let file = FileDescriptorProto(
      name: "a.proto", messageType: [DescriptorProto(name: "A", field: fields)], syntax: syntax)
    let request = CodeGeneratorRequest(fileToGenerate: ["a.proto"], protoFile: [file])
    return Generator.respond(to: request).file.first?.content ?? ""
  }

  @Test func `fields of proto2 have presence, and lists are not packed`() {
    let content = generate(syntax: "")
    #expect(content.contains("  public var single: Int32?\n"))
    #expect(content.contains("    sizer.optional(1, single, .int32)\n"))
    #expect(content.contains("    sizer.repeated(2, list, .int32)\n"))
    #expect(content.contains("    sizer.packed(3, packedList, .int32)\n"))
  }

  @Test func `fields of proto3 have none, and lists are packed`() {
    let content = generate(syntax: "proto3")
    #expect(content.contains("  public var single: Int32 = 0\n"))
    #expect(content.contains("    sizer.value(1, single, .int32)\n"))
    #expect(content.contains("    sizer.packed(2, list, .int32)\n"))
  }
}
