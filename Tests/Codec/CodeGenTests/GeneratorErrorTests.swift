import CodeGen
import Codec
import Descriptors
import Testing

/// What cannot become Swift is refused with the names of both sides.
@Suite struct GeneratorErrorTests {
  private func respond(
    to files: FileDescriptorProto..., parameter: String = ""
  ) -> CodeGeneratorResponse {
    Generator.respond(
      to: CodeGeneratorRequest(
        fileToGenerate: files.map(\.name), parameter: parameter, protoFile: files))
  }

  private func file(
    _ messages: DescriptorProto..., name: String = "a.proto", prefix: String = ""
  ) -> FileDescriptorProto {
    FileDescriptorProto(
      name: name, package: "p", messageType: messages,
      options: FileOptions(swiftPrefix: prefix), syntax: "proto3")
  }

  private func field(
    _ name: String, _ type: FieldDescriptorProto.FieldType = .string, _ typeName: String = ""
  ) -> FieldDescriptorProto {
    FieldDescriptorProto(
      name: name, number: 1, label: .optional, type: type, typeName: typeName)
  }

  @Test func `an unknown parameter is named`() {
    let error = respond(to: file(), parameter: "access=private").error
    #expect(error?.hasPrefix("unknown parameter \"access=private\"") == true)
  }

  @Test func `a type that is not in the request is named`() {
    let message = DescriptorProto(name: "A", field: [field("b", .message, ".p.B")])
    #expect(respond(to: file(message)).error == "no type .p.B in the request")
  }

  @Test func `a group is refused`() {
    let message = DescriptorProto(name: "A", field: [field("b", .group, ".p.A.B")])
    #expect(
      respond(to: file(message)).error == "p.A.b is a group; groups can be skipped, not generated")
  }

  @Test func `two messages of one name in Swift are refused, and a prefix helps`() {
    let first = file(DescriptorProto(name: "A"))
    var second = file(DescriptorProto(name: "A"), name: "b.proto")
    second.package = "q"
    #expect(respond(to: first, second).error?.contains(".p.A and .q.A both become A") == true)
    second.options?.swiftPrefix = "Other"
    let response = respond(to: first, second)
    #expect(response.error == nil)
    #expect(
      response.file.map(\.name) == [
        "A.swift", "A+Descriptor.swift", "OtherB.swift", "OtherB+Descriptor.swift",
        "Registry.swift",
      ])
  }

  @Test func `an error comes without files`() {
    let response = respond(to: file(), parameter: "x")
    #expect(response.file.isEmpty)
    #expect(response.supportedFeatures == 1)
  }

  @Test func `two files of one constant in Swift are refused`() {
    let response = respond(
      to: file(DescriptorProto(name: "A"), name: "x/a.proto"),
      file(DescriptorProto(name: "B"), name: "x_a.proto"))
    #expect(
      response.error
        == "x/a.proto and x_a.proto both become xA in Swift; rename one, or set swift_prefix")
  }
}
