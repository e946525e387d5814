import DiskFaults
import Foundation
import Store

/// Cuts the power after every call of the recorded scenario, in every way that `PowerCuts` knows,
/// and opens what is left.
///
/// What was acknowledged must be there, and what was begun is there wholly or not at all.
final class CutRuns {
  private let recorded: String
  /// Of so many processes, this is the one of that number.
  private let shard: Int
  private let shards: Int
  /// Of so many states, one is tried: those that hold nothing but what is safe are all tried.
  private let stride: Int

  /// By digest: what the store held once it was opened, or why it could not be.
  private var outcomes: [[UInt8]: Result<String, Contradiction>] = [:]
  private var number = 0
  private var prefixes = 0
  private var candidates = 0
  private var wrong = 0

  init(recorded: String, shard: Int, shards: Int, stride: Int) {
    self.recorded = recorded
    self.shard = shard
    self.shards = shards
    self.stride = stride
  }

  private let scenario = Scenario()

  /// Calls in a row that one process takes.
  private static let block = 40
  private var work: String { recorded + "/cuts\(shard)" }

  func run() async throws {
    var cuts = PowerCuts(DiskModel(), before: -1, seed: 1)
    for (process, steps) in scenario.processes.enumerated() {
      let origin = scenario.steps[steps.lowerBound].origin
      if origin == .stepBefore {
        cuts.restartPrograms()
      } else {
        // What the store held before it was opened is what it holds afterwards.
        let base = work + "-base"
        try remove(base)
        try copyStore(
          from: "\(recorded)/before/\(steps.lowerBound)", to: base + "/data")
        cuts = PowerCuts(try DiskModel(copyOf: base), before: steps.lowerBound, seed: 1)
      }
      let log = try Data(contentsOf: URL(filePath: "\(recorded)/log\(process + 1)"))
      for record in try DiskRecord.list(log: log) { try await take(record, process + 1, &cuts) }
    }
    say(
      "result: prefixes=\(prefixes) candidates=\(candidates) states=\(outcomes.count)"
        + " wrong=\(wrong)")
  }

  /// Takes in the next call, and if it is one of this process's, cuts the power behind it.
  private func take(_ record: DiskRecord, _ process: Int, _ cuts: inout PowerCuts) async throws {
    let before = cuts.prefixes
    let survivals = cuts.next(record)
    number += 1
    guard number / Self.block % shards == shard else { return }
    prefixes += cuts.prefixes - before
    for (index, survival) in survivals.enumerated() {
      candidates += 1
      guard index == 0 || candidates % stride == 0 else { continue }
      let place =
        "after call \(number) (\(record.call) \(record.path)) of process \(process) with \(survival)"
      let progress = cuts.progress
      try await check(
        cuts.model.state(survival, of: "data"), [progress.done, progress.begun], place)
      if process == 2 {
        try await checkBackup(cuts.model.state(survival, of: "data-backup"), progress, place)
      }
    }
  }

  /// A backup whose database is there is whole, and one that was acknowledged is there.
  private func checkBackup(
    _ state: DiskState, _ progress: PowerCuts.Progress, _ place: String
  ) async throws {
    let begun = scenario.backups.filter { $0 <= progress.begun }
    guard let last = begun.last else { return }
    if state.files.contains(where: { $0.path == "/diyml.sqlite" }) {
      // Once the last one is acknowledged, none before it will do.
      let allowed = last <= progress.done ? [last] : begun
      try await check(state, allowed, place + ", of the backup")
    } else if begun[0] <= progress.done {
      report("there is no backup any more", place)
    }
  }

  /// Opens what a cut has left: it must hold what it held after one of the steps.
  private func check(_ state: DiskState, _ steps: [Int], _ place: String) async throws {
    let digest = state.digest
    let outcome: Result<String, Contradiction>
    if let known = outcomes[digest] {
      outcome = known
    } else {
      outcome = try await self.outcome(of: state)
      outcomes[digest] = outcome
    }
    switch outcome {
    case .failure(let fault): report("\(fault)", place)
    case .success(let text):
      let allowed = try steps.map(expectedText)
      if allowed.contains(text) { return }
      if let fault = Contradiction(
        "after step \(steps[0])", expected: allowed[0], held: text)
      {
        report("\(fault)", place)
      }
    }
  }

  private func report(_ fault: String, _ place: String) {
    wrong += 1
    say("wrong: \(place): \(fault)")
  }

  private func remove(_ path: String) throws {
    if FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }

  private func outcome(of state: DiskState) async throws -> Result<String, Contradiction> {
    try remove(work)
    try state.write(to: work)
    do {
      return .success(try await StoreCheck.recovered(folder: work))
    } catch {
      return .failure(Contradiction("\(error)"))
    }
  }

  private func expectedText(after step: Int) throws -> String {
    step < 0 ? "" : try String(contentsOfFile: "\(recorded)/after/\(step)", encoding: .utf8)
  }
}
