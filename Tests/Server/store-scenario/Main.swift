import Foundation

/// `store-scenario record FOLDER 1`, then `… 2` and so on to 4, run the scenario in four processes;
/// on what those left, `store-scenario faults FOLDER SHARD SHARDS STRIDE` runs its steps with faults
/// and `store-scenario cuts FOLDER SHARD SHARDS STRIDE` cuts the power.
///
/// `store-scenario fault FOLDER STEP CALL ERRNO STICKY` runs one fault again.
///
/// It has to be started with `Tests/Server/DiskLayer` in `LD_PRELOAD`.
@main
enum Main {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    let numbers = arguments.dropFirst(2).compactMap { Int($0) }
    guard arguments.count > 2, numbers.count == arguments.count - 2 else { usage() }
    let folder = arguments[arguments.startIndex + 1]
    switch (arguments.first, numbers.count) {
    case ("record", 1):
      try await Recording(work: folder, layer: try DiskLayer()).run(process: numbers[0])
    case ("faults", 3):
      let plan = FaultRuns.Plan(shard: numbers[0], shards: numbers[1], stride: numbers[2])
      try await FaultRuns(recorded: folder, layer: try DiskLayer(), plan: plan).run()
    case ("fault", 4):
      let plan = FaultRuns.Plan(shard: 99, shards: 1, stride: 1)
      try await FaultRuns(recorded: folder, layer: try DiskLayer(), plan: plan).run(
        step: numbers[0], call: numbers[1], error: Int32(numbers[2]), isSticky: numbers[3] == 1)
    case ("cuts", 3):
      // Not to record anything.
      try DiskLayer().watch(folder, log: "/dev/null")
      try await CutRuns(
        recorded: folder, shard: numbers[0], shards: numbers[1], stride: numbers[2]
      ).run()
    default: usage()
    }
  }

  private static func usage() -> Never {
    say(
      "usage: store-scenario record FOLDER 1|2|3|4 | faults|cuts FOLDER SHARD SHARDS STRIDE | "
        + "fault FOLDER STEP CALL ERRNO 0|1")
    exit(64)
  }
}

/// Prints a line at once, even into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
