import CommandLineKit
import Foundation
import RPCCore
import Subprocess
import SystemPackage

/// A server of one's own, in a temporary folder, for as long as some work takes.
struct DemoServer: Sendable {
  /// The folder of this program, where `diymld` is too.
  let programs: String
  let dataFolder: String

  private static let stopTimeout = Duration.seconds(20)
  private static let logTailLines = 20

  /// Starts `diymld`, gives its address to `body` and stops it, whatever becomes of `body`.
  ///
  /// - Throws: `DemoError.serverFailed` when the server does not come up; what `body` throws.
  func run<Result: Sendable>(
    _ body: @Sendable (Address) async throws -> Result
  ) async throws -> Result {
    let log = try FileDescriptor.open(
      FilePath(logPath), .writeOnly, options: [.create, .truncate],
      permissions: .ownerReadWrite)
    var options = PlatformOptions()
    options.processGroupID = 0  // Ctrl-C is for this program, which then stops the server
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: Self.stopTimeout)]
    let ended = try await Subprocess.run(
      .path(FilePath(programs + "/diymld")),
      arguments: ["--data", dataFolder + "/data", "--listen", "127.0.0.1:0"],
      platformOptions: options, input: .none, output: .sequence,
      error: .fileDescriptor(log, closeAfterSpawningProcess: true)
    ) { execution in
      guard let address = try await Self.address(in: execution.standardOutput.strings()) else {
        throw DemoError.serverFailed("diymld did not start:\n\(logTail)")
      }
      do {
        let result = try await body(address)
        await execution.teardown(using: options.teardownSequence)
        return result
      } catch {
        await execution.teardown(using: options.teardownSequence)
        throw error
      }
    }
    return ended.closureResult
  }

  var logPath: String { dataFolder + "/server.log" }

  private static func address(
    in lines: some AsyncSequence<String, any Error>
  ) async throws -> Address? {
    for try await line in lines {
      if let address = address(in: line) { return address }
    }
    return nil
  }

  /// The address in a line such as `listening on 127.0.0.1:40123`; nil in any other line.
  static func address(in line: String) -> Address? {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard let place = words.firstIndex(of: "on"), place > 0, words[place - 1] == "listening",
      place + 1 < words.count
    else { return nil }
    return Address(String(words[place + 1]))
  }

  private var logTail: String {
    guard let data = FileManager.default.contents(atPath: logPath) else { return "" }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    return lines.suffix(Self.logTailLines).joined(separator: "\n")
  }
}
