import Foundation
import TestSupport
import Testing

/// A store whose power is cut, and one whose disk fails.
///
/// `store-scenario` runs below `Tests/Server/DiskLayer`, which records what it does to files. `make test`
/// tries a sample, the same each time; `make power-loss` sets `DIYML_POWER_LOSS` and tries all.
@Suite(.serialized) struct PowerLossTests {
  private static let isComplete =
    ProcessInfo.processInfo.environment["DIYML_POWER_LOSS"] != nil
  /// Of so many states, and of so many faults, one is tried.
  private static let cutStride = isComplete ? 1 : 200
  private static let faultStride = isComplete ? 1 : 200
  private static let shards = isComplete ? 2 : 1
  private static let patience = Duration.seconds(isComplete ? 5_400 : 120)

  @Test func `nothing acknowledged is lost with the power or by a fault of the disk`()
    async throws
  {
    let work = try WorkFolder()
    for process in ["1", "2", "3", "4"] { _ = try await work.run(["record", work.path, process]) }
    try expectSteps(in: work)
    async let cuts = runAll("cuts", Self.cutStride, in: work)
    async let faults = runAll("faults", Self.faultStride, in: work)
    let (cut, failed) = try await (cuts, faults)
    #expect(cut["wrong"] == 0 && failed["wrong"] == 0)
    print(
      "result: power-loss prefixes=\(cut["prefixes"] ?? 0) states=\(cut["states"] ?? 0)"
        + " faults=\(failed["faults"] ?? 0) lost=\((cut["wrong"] ?? 0) + (failed["wrong"] ?? 0))")
  }

  /// What the store holds after each step is what a person has read and found right.
  private func expectSteps(in work: WorkFolder) throws {
    var text = ""
    var before: [Substring] = []
    for number in 0... {
      let path = "\(work.path)/after/\(number)"
      guard FileManager.default.fileExists(atPath: path) else { break }
      let name = try String(contentsOfFile: "\(work.path)/names/\(number)", encoding: .utf8)
      let after = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      text += "\(number) \(name)\n"
      for line in before where !after.contains(line) { text += "- \(line)\n" }
      for line in after where !before.contains(line) { text += "+ \(line)\n" }
      before = after
    }
    try expectGolden(text, "scenario.txt", .module)
  }

  /// Runs a part of the program in as many processes as there are processors to use.
  ///
  /// - Returns: the sums of their results.
  private func runAll(
    _ part: String, _ stride: Int, in work: WorkFolder
  ) async throws -> [String: Int] {
    try await withThrowingTaskGroup(of: [String: Int].self) { group in
      for shard in 0..<Self.shards {
        group.addTask {
          let output = try await work.run(
            [part, work.path, "\(shard)", "\(Self.shards)", "\(stride)"], patience: Self.patience)
          return Self.result(in: output)
        }
      }
      var sums: [String: Int] = [:]
      for try await result in group { sums.merge(result) { $0 + $1 } }
      return sums
    }
  }

  private static func result(in output: String) -> [String: Int] {
    let line = output.split(separator: "\n").last { $0.hasPrefix("result: ") } ?? ""
    let pairs = line.split(separator: " ").dropFirst().map { $0.split(separator: "=") }
    return Dictionary(
      uniqueKeysWithValues: pairs.map { (String($0[0]), Int($0[1]) ?? -1) })
  }
}
