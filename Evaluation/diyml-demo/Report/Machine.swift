import Foundation

/// What the figures were measured on.
struct Machine: Encodable, Sendable {
  let processor: String
  let cores: Int
  let memoryBytes: UInt64
  let system: String

  static func current() -> Machine {
    let info = ProcessInfo.processInfo
    let cpuinfo =
      FileManager.default.contents(atPath: "/proc/cpuinfo")
      .map { String(decoding: $0, as: UTF8.self) } ?? ""
    let model = cpuinfo.split(separator: "\n")
      .first { $0.hasPrefix("model name") }?
      .split(separator: ":", maxSplits: 1).last?
      .trimmingCharacters(in: .whitespaces)
    return Machine(
      processor: model ?? "unknown", cores: info.activeProcessorCount,
      memoryBytes: info.physicalMemory, system: info.operatingSystemVersionString)
  }
}
