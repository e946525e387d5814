import Foundation
import RPCCore

/// Watches what the server's processes use: the one that listens, and those it started.
struct ServerMonitor {
  struct Sample {
    /// Processors kept busy since the last sample.
    var cores: Double
    var memoryBytes: Int
  }

  /// One process over the whole time.
  struct ProcessTotal {
    let pid: Int
    let name: String
    var processorSeconds = 0.0
    var memoryBytesMax = 0
  }

  let pid: Int
  private let files: ProcessFiles
  private var family: [Int]
  private var familyReadAt: ContinuousClock.Instant
  private var sampledAt: ContinuousClock.Instant
  private var lastSeconds: [Int: Double] = [:]
  private(set) var totals: [Int: ProcessTotal] = [:]
  private(set) var memoryBytesMax = 0

  private static let familyInterval = Duration.seconds(1)

  /// Begins to watch a process and its family; nil if there is no such process.
  init?(pid: Int, files: ProcessFiles = ProcessFiles(), at now: ContinuousClock.Instant = .now) {
    guard files.usage(of: pid) != nil else { return nil }
    self.pid = pid
    self.files = files
    family = files.family(of: pid)
    familyReadAt = now
    sampledAt = now
    for member in family { lastSeconds[member] = files.usage(of: member)?.processorSeconds }
  }

  /// The process that listens at `address`, if that is on this machine and the system tells.
  static func pid(listeningAt address: Address, files: ProcessFiles = ProcessFiles()) -> Int? {
    switch address {
    case .tcp(let host, let port):
      let isHere = host == "localhost" || host == "::1" || host.hasPrefix("127.")
      return isHere ? files.owner(ofSockets: files.listeners(onPort: port)) : nil
    case .unix(let path):
      let absolute = URL(fileURLWithPath: path).path
      return files.owner(
        ofSockets: files.listeners(atPath: path).union(files.listeners(atPath: absolute)))
    }
  }

  /// What was used since the last sample.
  mutating func sample(at now: ContinuousClock.Instant = .now) -> Sample {
    if familyReadAt.duration(to: now) >= Self.familyInterval {
      family = files.family(of: pid)
      familyReadAt = now
    }
    var used = 0.0
    var memory = 0
    for member in family {
      guard let usage = files.usage(of: member) else { continue }
      // What a process used before it was first seen is not ours to count.
      let before = lastSeconds.updateValue(usage.processorSeconds, forKey: member)
      let seconds = max(0, usage.processorSeconds - (before ?? usage.processorSeconds))
      used += seconds
      memory += usage.memoryBytes
      var total = totals[member] ?? ProcessTotal(pid: member, name: usage.name)
      total.processorSeconds += seconds
      total.memoryBytesMax = max(total.memoryBytesMax, usage.memoryBytes)
      totals[member] = total
    }
    memoryBytesMax = max(memoryBytesMax, memory)
    let seconds = sampledAt.duration(to: now) / .seconds(1)
    sampledAt = now
    return Sample(cores: seconds > 0 ? used / seconds : 0, memoryBytes: memory)
  }

  /// Forgets what was used so far.
  mutating func restart() {
    totals = [:]
    memoryBytesMax = 0
  }
}
