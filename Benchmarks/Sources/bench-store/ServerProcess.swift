import Foundation
import RPCCore

/// A `diymld` of its own over a folder, as its operator sees it; used by one task at a time.
final class ServerProcess: @unchecked Sendable {
  private let process = Process()
  let address: Address

  private static let patience = Duration.seconds(120)

  init(programs: String, weights: String, data: String) async throws {
    let output = data + ".out"
    try Data().write(to: URL(filePath: output))
    guard let file = FileHandle(forWritingAtPath: output) else { throw Failure("no \(output)") }
    process.executableURL = URL(filePath: programs + "/diymld")
    process.arguments = [
      "--data", data, "--listen", "127.0.0.1:0", "--weights", weights, "--log-level", "warning",
      "--scrub-days", "0", "--project-images-max", "2000000",
    ]
    process.standardOutput = file
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let clock = ContinuousClock()
    let end = clock.now + Self.patience
    while true {
      let text = try String(contentsOfFile: output, encoding: .utf8)
      if let word = text.split(separator: "\n").first?.split(separator: " ").last,
        text.contains("\n"), let address = Address(String(word))
      {
        self.address = address
        return
      }
      guard process.isRunning, clock.now < end else {
        throw Failure("diymld says \(text.isEmpty ? "nothing" : text)")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  func stop() throws {
    process.terminate()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure("diymld ended with \(process.terminationStatus)")
    }
  }

  private var folder: String { "/proc/\(process.processIdentifier)" }

  /// Forgets the peak so far.
  ///
  /// - Returns: the bytes in memory now.
  func resetMemoryPeak() throws -> Int {
    guard let file = FileHandle(forWritingAtPath: folder + "/clear_refs") else {
      throw Failure("no \(folder)/clear_refs")
    }
    try file.write(contentsOf: Data("5".utf8))
    try file.close()
    return try status("VmRSS")
  }

  /// The most bytes in memory since the peak was reset.
  func memoryPeak() throws -> Int { try status("VmHWM") }

  private func status(_ name: String) throws -> Int {
    let text = try String(contentsOfFile: folder + "/status", encoding: .utf8)
    for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      if words.count > 1, let kibibytes = Int(words[1]) { return kibibytes << 10 }
    }
    throw Failure("no \(name) in \(folder)/status")
  }
}
