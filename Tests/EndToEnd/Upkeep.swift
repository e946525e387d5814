import Foundation
import TestSupport
import Testing

/// The commands of `diymld` that look after a folder.
enum Upkeep {
  static let program = TestData.program("diymld")

  /// How a command has ended, and what it wrote.
  struct Ended {
    let code: Int32
    let output: String

    /// What `--json` prints last: an answer, or the result of a stream.
    var result: [String: Any] {
      guard let line = output.split(separator: "\n").last(where: { $0.hasPrefix("{") }),
        let document = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      else { return [:] }
      return document["result"] as? [String: Any] ?? document
    }
  }

  static func run(_ arguments: String...) async throws -> Ended { try await run(arguments) }

  static func run(_ arguments: [String]) async throws -> Ended {
    // With a last word of its own, after which it waits to be ended: what a process wrote may be
    // read after its end. A command that does not end is ended: it would hold the pipe open.
    let script =
      "timeout 50 \"$0\" \"$@\"; code=$?; echo; echo \"the code is $code\"; exec sleep 60"
    let shell = ["-c", script, program] + arguments
    return try await ProgramProcess.with("/bin/sh", shell) { process in
      let line = try await within(.seconds(60), "the end of \(arguments)") {
        await process.line(with: "the code is ")
      }
      let code = try #require(line?.split(separator: " ").last.flatMap { Int32($0) })
      return Ended(code: code, output: process.output)
    }
  }
}
