internal import Foundation
internal import Glibc

/// What the system says about processes, from `/proc`.
package enum ProcessTable {
  /// The processes whose parent is `parent` now.
  package static func children(of parent: Int32) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { fields(of: $0)?.parent == parent }
  }

  /// Whether the process runs; one that has ended and only waits to be collected does not.
  package static func isRunning(_ process: Int32) -> Bool {
    guard let state = fields(of: process)?.state else { return false }
    return state != "Z" && state != "X"
  }

  /// From -20 to 19; nothing when there is no such process.
  package static func niceness(of process: Int32) -> Int? { fields(of: process)?.niceness }

  /// The most memory the process ever held, in bytes, since `resetPeak` if that was called.
  package static func peakBytes(of process: Int32) -> Int? { bytes("VmHWM", of: process) }

  /// The memory that the process holds, in bytes.
  package static func residentBytes(of process: Int32) -> Int? { bytes("VmRSS", of: process) }

  /// Lets the peak begin at what the process holds now.
  package static func resetPeak(of process: Int32) throws {
    try "5".write(toFile: "/proc/\(process)/clear_refs", atomically: false, encoding: .utf8)
  }

  /// The processors' time that the process has used.
  package static func time(of process: Int32) -> Duration? {
    fields(of: process).map { .seconds(Double($0.ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))) }
  }

  /// How many files, sockets among them, the process has open.
  package static func descriptorCount(of process: Int32) -> Int? {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd"))?.count
  }

  private static func bytes(_ name: String, of process: Int32) -> Int? {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
      let kibibytes = Int(line.filter(\.isNumber))
    else { return nil }
    return kibibytes << 10
  }

  /// Ends a process without asking it.
  package static func killNow(_ process: Int32) { _ = kill(process, SIGKILL) }

  private struct Fields {
    var state: Substring
    var parent: Int32
    var niceness: Int
    /// In user and system mode together.
    var ticks: Int
  }

  /// Fields 3, 4, 14, 15 and 19 of `/proc/PID/stat`; the second, in brackets, may hold anything.
  private static func fields(of process: Int32) -> Fields? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let bracket = text.lastIndex(of: ")")
    else { return nil }
    let rest = text[text.index(after: bracket)...].split(separator: " ")
    guard rest.count > 16, let parent = Int32(rest[1]), let niceness = Int(rest[16]),
      let user = Int(rest[11]), let system = Int(rest[12])
    else { return nil }
    return Fields(state: rest[0], parent: parent, niceness: niceness, ticks: user + system)
  }
}
