import Codec
import Descriptors
import RPCClient
import RPCCore
import Testing

@testable import RPCServices

@Suite(.timeLimit(.minutes(1))) struct ReflectionTests {
  private func files(
    _ request: GetFilesRequest.File?, of files: [ProtoFile] = []
  ) async throws -> [SchemaFile] {
    try await Stage.run(StandardServices(files: files)) { client in
      try await ReflectionClient(client).getFiles(GetFilesRequest(file: request)) { responses in
        var found: [SchemaFile] = []
        for try await file in responses { found.append(file) }
        return found
      }
    }
  }

  @Test func `every service is listed, the standard ones too`() async throws {
    try await Stage.run(StandardServices(files: [])) { client in
      let answer = try await ReflectionClient(client).listServices(ListServicesRequest())
      #expect(
        answer.services == [
          "diyml.rpc.v1.Health", "diyml.rpc.v1.Inspection", "diyml.rpc.v1.Reflection", "test.Clock",
        ])
    }
  }

  @Test(arguments: [
    "diyml.rpc.v1.Reflection", "diyml.rpc.v1.Reflection.GetFiles", "diyml.rpc.v1.SchemaFile",
  ])
  func `services, methods and messages are found by name, with what reads their messages`(
    symbol: String
  ) async throws {
    let found = try await files(.symbol(symbol))
    #expect(found.map(\.path) == ["rpc/v1/reflection.proto"])
    let schema = try Schema(serialized: found.map(\.descriptor))
    #expect(schema.service(named: "diyml.rpc.v1.Reflection")?.methods.count == 2)
  }

  @Test func `an enum is found by name, and a file by its path`() async throws {
    #expect(
      try await files(.symbol("diyml.rpc.v1.ServingStatus")).map(\.path) == ["rpc/v1/health.proto"])
    #expect(
      try await files(.path("rpc/v1/health.proto")).map(\.path) == ["rpc/v1/health.proto"])
  }

  @Test(arguments: [
    GetFilesRequest.File.symbol("diyml.rpc.v1.Nothing"), .symbol(""), .path("no.proto"),
    // It is known to the program, but none of the services needs it.
    .symbol("test.Hidden"), .path("test/hidden.proto"),
  ])
  func `what no service needs is NOT_FOUND`(request: GetFilesRequest.File) async throws {
    let error = await #expect(throws: Status.self) {
      _ = try await files(request, of: [Self.hidden])
    }
    #expect(error?.code == .notFound)
  }

  @Test func `a request that asks for nothing is INVALID_ARGUMENT`() async throws {
    let error = await #expect(throws: Status.self) { _ = try await files(nil) }
    #expect(error?.code == .invalidArgument)
  }

  @Test func `imports come before what imports them, each once`() throws {
    let files = ServedFilesCase.diamond
    let served = try ServedFiles(files, for: ["d.Top"])
    let paths = served.files(declaring: "d.Top").map(\.path)
    #expect(Set(paths) == ["top", "left", "right", "base"])
    #expect(paths.count == 4)
    #expect(paths.first == "base")
    #expect(paths.last == "top")
  }

  /// A file with the message `test.Hidden`.
  private static let hidden = ProtoFile(
    path: "test/hidden.proto", dependencies: [],
    descriptor: "\n\u{11}test/hidden.proto\u{12}\u{4}test\"\u{8}\n\u{6}Hiddenb\u{6}proto3")
}

/// Files that import each other in the shape of a diamond.
private enum ServedFilesCase {
  static var diamond: [ProtoFile] {
    let base = file("base", [])
    let left = file("left", [base])
    let right = file("right", [base])
    return [file("top", [right, left, base], service: "Top")]
  }

  private static func file(
    _ path: String, _ imports: [ProtoFile], service: String? = nil
  ) -> ProtoFile {
    var text = field(1, path) + field(2, "d")
    for file in imports { text += field(3, file.path) }
    if let service { text += field(6, field(1, service)) }
    return ProtoFile(path: path, dependencies: imports, descriptor: text + field(12, "proto3"))
  }

  private static func field(_ number: UInt32, _ content: String) -> String {
    let scalars = [number << 3 | 2, UInt32(content.unicodeScalars.count)]
      .compactMap(Unicode.Scalar.init)
    var text = String.UnicodeScalarView(scalars)
    text.append(contentsOf: content.unicodeScalars)
    return String(text)
  }
}
