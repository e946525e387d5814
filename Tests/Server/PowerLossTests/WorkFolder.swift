import Foundation
import TestSupport
import Testing

/// A folder for the runs of `store-scenario`, removed with everything in it when its owner goes.
final class WorkFolder: Sendable {
  let path: String

  /// In memory where there is room for it: what matters is what the store asks of the disk, not how
  /// long the disk takes.
  init() throws {
    let memory = "/dev/shm"
    let outer =
      FileManager.default.isWritableFile(atPath: memory)
      ? memory : FileManager.default.temporaryDirectory.path
    path = outer + "/diyml-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Runs the program below the layer, to its end.
  func run(_ arguments: [String], patience: Duration = .seconds(60)) async throws -> String {
    let program = TestData.program("store-scenario")
    let layer = TestData.program("libDiskLayer.so")
    return try await ProgramProcess.with(program, arguments, environment: ["LD_PRELOAD": layer]) {
      process in
      let (line, ending) = try await within(patience, "store-scenario \(arguments)") {
        (await process.line(with: "result: "), await process.ending())
      }
      let output = process.output
      #expect(ending == .exited(0), "\(arguments): \(output)")
      #expect(!output.contains("wrong: "), "\(arguments): \(output)")
      return line ?? output
    }
  }
}

/// Compares a text with the file of that name in `Fixtures`; a text that differs is left beside the
/// tests' other temporary files, to be looked at and taken over.
func expectGolden(_ text: String, _ name: String, _ bundle: Bundle) throws {
  let golden = try #require(bundle.url(forResource: "Fixtures/" + name, withExtension: nil))
  if try String(contentsOf: golden, encoding: .utf8) == text { return }
  let actual = FileManager.default.temporaryDirectory.appending(path: name)
  try text.write(to: actual, atomically: false, encoding: .utf8)
  Issue.record("compare \(actual.path) with Tests/Server/PowerLossTests/Fixtures/\(name)")
}
