private import CodeGen
private import Codec
private import Descriptors
private import Foundation

/// The plugin: protoc starts it, writes a request to its standard input and reads the answer.
@main
struct ProtocGenDIYML {
  static func main() throws {
    let input = try FileHandle.standardInput.readToEnd() ?? Data()
    let request = try CodeGeneratorRequest(serialized: Bytes(input))
    let response = try Generator.respond(to: request).serialized()
    try FileHandle.standardOutput.write(contentsOf: Data(response))
  }
}
