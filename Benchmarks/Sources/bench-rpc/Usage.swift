import CAllocations
import Foundation

/// What a process has used.
struct Usage: Codable {
  var cpuSeconds = 0.0
  var allocations: UInt64 = 0
  /// Resident bytes, at most since `resetPeak`.
  var peakBytes = 0
  /// Resident bytes now.
  var residentBytes = 0

  /// This process until now.
  static func now() -> Usage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return Usage(
      cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
      allocations: allocations_counted(), peakBytes: status("VmHWM"),
      residentBytes: status("VmRSS"))
  }

  /// Lets the peak begin at what is resident now.
  static func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  /// What was used since `start`.
  func since(_ start: Usage) -> Usage {
    Usage(
      cpuSeconds: cpuSeconds - start.cpuSeconds, allocations: allocations - start.allocations,
      peakBytes: peakBytes, residentBytes: residentBytes)
  }

  /// A line of /proc/self/status, in bytes.
  private static func status(_ name: String) -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      guard text.hasPrefix(name + ":") else { continue }
      return (Int(text.split(whereSeparator: { !$0.isNumber }).first ?? "") ?? 0) << 10
    }
    return 0
  }
}
