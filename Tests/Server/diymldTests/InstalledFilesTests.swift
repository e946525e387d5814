import Foundation
import Testing

@testable import diymld

/// A folder as an installation has it: `bin` for programs and `share/diyml` for weights.
final class InstalledFilesTests {
  private let root = FileManager.default.temporaryDirectory.appending(path: "diyml-\(UUID())")
  private let files: InstalledFiles

  init() throws {
    let manager = FileManager.default
    for folder in ["bin", "share/diyml"] {
      try manager.createDirectory(
        at: root.appending(path: folder), withIntermediateDirectories: true)
    }
    files = InstalledFiles(programFolder: root.appending(path: "bin"))
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  /// Makes a file, and says where it is.
  private func make(_ name: String, mode: Int = 0o644) throws -> String {
    let path = root.appending(path: name).path(percentEncoded: false)
    let isMade = FileManager.default.createFile(
      atPath: path, contents: Data(), attributes: [.posixPermissions: mode])
    try #require(isMade)
    return path
  }

  @Test func `the engine is the program beside this one, or the one named`() throws {
    let beside = root.appending(path: "bin/diyml-engine").path(percentEncoded: false)
    #expect(throws: StartError.noEngine(beside)) { try files.engine(given: nil) }
    let made = try make("bin/diyml-engine", mode: 0o755)
    #expect(try files.engine(given: nil) == made)
    let other = try make("other", mode: 0o755)
    #expect(try files.engine(given: other) == other)
  }

  @Test func `what is not a program is refused, and named`() throws {
    let folder = root.path(percentEncoded: false)
    let text = try make("text")
    for path in [folder, text, "/nowhere"] {
      #expect(throws: StartError.noEngine(path)) { try files.engine(given: path) }
      #expect(StartError.noEngine(path).description.contains("'\(path)'"))
    }
  }

  @Test func `weights are those named, then those of the environment, then the usual ones`() throws
  {
    let usual = try make("share/diyml/efficientnet-lite0.safetensors")
    #expect(try files.weights(given: nil, environment: [:]) == usual)
    let named = try make("named")
    #expect(try files.weights(given: nil, environment: ["DIYML_WEIGHTS": named]) == named)
    let given = try make("given")
    #expect(try files.weights(given: given, environment: ["DIYML_WEIGHTS": named]) == given)
  }

  @Test func `weights that are named and missing are not replaced by others`() throws {
    _ = try make("share/diyml/efficientnet-lite0.safetensors")
    #expect(throws: StartError.noWeights(["/nowhere"])) {
      try files.weights(given: "/nowhere", environment: [:])
    }
    #expect(throws: StartError.noWeights(["/nowhere"])) {
      try files.weights(given: nil, environment: ["DIYML_WEIGHTS": "/nowhere"])
    }
  }
}
