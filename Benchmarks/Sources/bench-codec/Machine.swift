import Foundation

/// Where the numbers come from.
struct Machine: Codable {
  let processor: String
  let cores: Int
  let system: String
  let load: String
  let date: Date

  /// The machine that runs this.
  static func current() throws -> Machine {
    let lines = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      .split(separator: "\n")
    let model = lines.first { $0.hasPrefix("model name") }
    return Machine(
      processor: model?.split(separator: ": ").last.map(String.init) ?? "unknown",
      cores: ProcessInfo.processInfo.activeProcessorCount,
      system: ProcessInfo.processInfo.operatingSystemVersionString,
      load: try String(contentsOfFile: "/proc/loadavg", encoding: .utf8)
        .trimmingCharacters(in: .newlines),
      date: Date())
  }
}
