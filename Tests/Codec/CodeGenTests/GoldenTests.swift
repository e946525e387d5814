import CodeGen
import Codec
import Descriptors
import Foundation
import Testing

/// The generator's whole output for one file that has every kind of thing in it, and for one in which
/// they are deprecated.
///
/// `make generate` writes both sides, so a change of the output shows in the review of a change.
@Suite struct GoldenTests {
  private func fixture(_ name: String, in folder: String = "Shop") throws -> Data {
    let folder = try #require(
      Bundle.module.url(forResource: folder, withExtension: nil, subdirectory: "Fixtures"))
    return try Data(contentsOf: folder.appendingPathComponent(name))
  }

  @Test(arguments: ["Shop", "Old"])
  func `what protoc says about a file becomes these files`(name: String) throws {
    let request = try CodeGeneratorRequest(serialized: Bytes(fixture("request.bin", in: name)))
    let response = Generator.respond(to: request)
    #expect(response.error == nil)
    #expect(
      response.file.map(\.name) == [
        "\(name).swift", "\(name)+Service.swift", "\(name)+Descriptor.swift", "Registry.swift",
      ])
    for file in response.file {
      #expect(try file.content == String(decoding: fixture(file.name, in: name), as: UTF8.self))
    }
  }

  @Test func `what protoc says survives our codec, with all that the generator does not read`()
    throws
  {
    let request = try CodeGeneratorRequest(serialized: Bytes(fixture("request.bin")))
    #expect(!request.unknownFields.bytes.isEmpty)  // the version of protoc
    #expect(try CodeGeneratorRequest(serialized: request.serialized()) == request)
  }

  @Test func `the access level is a parameter`() throws {
    var request = try CodeGeneratorRequest(serialized: Bytes(fixture("request.bin")))
    request.parameter = "access=package"
    let files = Generator.respond(to: request).file
    #expect(files.count == 4)
    #expect(files.allSatisfy { !$0.content.contains("public ") })
    #expect(files[0].content.contains("package struct ShopSellRequest: Hashable, Sendable {"))
  }
}
