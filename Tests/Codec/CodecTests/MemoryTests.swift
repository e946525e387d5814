import Foundation
import Testing

/// The memory that decoding takes is bounded by a multiple of the bytes.
@Suite struct MemoryTests {
  @Test(.timeLimit(.minutes(5)))
  func `no known input takes more memory than the limits promise`() throws {
    let process = Process()
    process.executableURL = try program()
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let lines = output.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("TOO MUCH") } == [])
    #expect(process.terminationStatus == 0)
    #expect(try #require(lines.last).hasPrefix("result: codec-memory inputs="))
    // A counter that counts nothing would find everything within the bound.
    let largest = lines.compactMap { $0.firstMatch(of: /peak=(\d+)/).flatMap { Int($0.1) } }.max()
    #expect(try #require(largest) > 1_000_000)
  }

  /// The program that counts its allocations, beside the test bundle.
  private func program() throws -> URL {
    let bundle = ProcessInfo.processInfo.arguments.first { $0.hasSuffix(".xctest") }
    let places = [bundle, "/proc/self/exe"].compactMap { $0 }.map { path in
      URL(filePath: path).resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "codec-memory")
    }
    return try #require(
      places.first { FileManager.default.isExecutableFile(atPath: $0.path) },
      "no codec-memory beside \(places)")
  }
}
