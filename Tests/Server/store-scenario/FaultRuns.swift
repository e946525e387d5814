import DiskFaults
import Foundation
import Glibc
import Store

/// Runs every step of the scenario again and again, each time with another call failing.
///
/// A step that fails must leave the store as it was, and succeed when it is tried again. Then the
/// store must take more, and what it holds must survive a power loss and a restart.
struct FaultRuns {
  /// What is tried.
  struct Plan {
    /// Of so many processes, this is the one of that number.
    let shard: Int
    let shards: Int
    /// Of so many faults, one is tried.
    let stride: Int
  }

  struct Fault: CustomStringConvertible {
    let step: Int
    let call: Int
    let kind: DiskRecord.Call
    let error: Int32
    let isSticky: Bool

    var description: String {
      let name = error == FaultRuns.shortWrite ? "short write" : String(cString: strerror(error))
      return "step \(step), call \(call) (\(kind)), \(name)\(isSticky ? " from then on" : "")"
    }
  }

  static let shortWrite: Int32 = 0x10000
  static let errors = [ENOSPC, EDQUOT, EIO, EROFS, EMFILE, shortWrite]
  static let stickyErrors = [ENOSPC, EIO, EROFS, EMFILE]

  /// Of calls that are alike, so many at the beginning and as many at the end of a step.
  private static let alikeMax = 3

  private let recorded: String
  private let work: String
  private let layer: DiskLayer
  private let plan: Plan
  private let scenario = Scenario()
  private var root: String { work + "/run" }
  private var data: String { work + "/run/data" }
  private var log: String { work + "/log" }

  init(recorded: String, layer: DiskLayer, plan: Plan) {
    self.recorded = recorded
    self.layer = layer
    self.plan = plan
    work = recorded + "/faults\(plan.shard)"
  }

  func run() async throws {
    var faults = 0
    var wrong = 0
    for step in scenario.steps.indices {
      for fault in try await self.faults(in: step) {
        faults += 1
        // Should the process end, this tells where.
        try "\(fault)\n".write(toFile: work + ".now", atomically: false, encoding: .utf8)
        do {
          try await run(fault)
        } catch {
          wrong += 1
          say("wrong: \(fault) in '\(scenario.steps[step].name)': \(error)")
        }
      }
    }
    say("result: faults=\(faults) wrong=\(wrong)")
  }

  /// Runs one fault again, and leaves its files.
  func run(step: Int, call: Int, error: Int32, isSticky: Bool) async throws {
    try await run(Fault(step: step, call: call, kind: .mark, error: error, isSticky: isSticky))
    say("result: faults=1 wrong=0")
  }

  /// What can fail in a step, as a run without a fault shows it.
  private func faults(in step: Int) async throws -> [Fault] {
    let session = try await begin(step).session
    layer.mark("step")
    try await scenario.steps[step].run(session)
    layer.mark("done")
    layer.stopWatching()
    try session.close()
    let calls = try distinctCalls()
    var faults: [Fault] = []
    for (number, record) in calls {
      for isSticky in [false, true] {
        for error in isSticky ? Self.stickyErrors : Self.errors
        where layer.canFail(record.call.rawValue, flags: record.flags, error) {
          faults.append(
            Fault(
              step: step, call: number, kind: record.call, error: error, isSticky: isSticky))
        }
      }
    }
    return faults.enumerated().filter { index, _ in
      (index + step) % (plan.shards * plan.stride) == plan.shard
    }.map(\.element)
  }

  /// The calls of the step in the log with their numbers.
  ///
  /// A step may look into hundreds of folders one after the other: of calls that only look, at files
  /// of the same kind, the first and last few stand for all.
  private func distinctCalls() throws -> [(number: Int, record: DiskRecord)] {
    var paths: [UInt32: String] = [:]
    var calls: [(number: Int, record: DiskRecord)] = []
    var alike: [String: [Int]] = [:]
    var isInStep = false
    for record in try loggedCalls() {
      if record.call == .open { paths[record.handle] = record.path }
      if record.call == .mark {
        isInStep = record.path == "step"
      } else if isInStep {
        let path = record.path.isEmpty ? paths[record.handle] ?? "" : record.path
        let kind = "\(record.call) \(record.flags) \(path.replacing(/[0-9a-f]{2,}/, with: "#"))"
        if record.call.onlyLooks { alike[kind, default: []].append(calls.count) }
        calls.append((calls.count, record))
      }
    }
    let passedOver = Set(
      alike.values.flatMap { $0.dropFirst(Self.alikeMax).dropLast(Self.alikeMax) })
    return calls.filter { !passedOver.contains($0.number) }
  }

  private func loggedCalls() throws -> [DiskRecord] {
    try DiskRecord.list(log: try Data(contentsOf: URL(filePath: log)))
  }

  /// The store as the step found it, opened unless the step does that, and how it was before.
  private func begin(_ step: Int) async throws -> (session: Session, model: DiskModel) {
    if FileManager.default.fileExists(atPath: work) {
      try FileManager.default.removeItem(atPath: work)
    }
    for folder in [work, root] { mkdir(folder, 0o700) }
    let first = step - scenario.steps[step].prelude
    if first > 0 { try copyStore(from: "\(recorded)/before/\(first)", to: data) }
    let model = try DiskModel(copyOf: work)
    try layer.watch(work, log: log)
    let session = Session(folder: data)
    if !scenario.steps[step].opensStore { try session.openStore() }
    for before in first..<step { try await scenario.steps[before].run(session) }
    return (session, model)
  }

  private func run(_ fault: Fault) async throws {
    var (session, model) = try await begin(fault.step)
    defer { layer.stopWatching() }
    layer.fail(fault.call, fault.error, isSticky: fault.isSticky)
    var failure: (any Error)?
    do { try await scenario.steps[fault.step].run(session) } catch { failure = error }
    layer.heal()
    if let failure {
      guard failure is StoreError || failure is UpkeepError else {
        throw Contradiction("it throws \(failure)")
      }
      try await repeatStep(fault.step, session, after: failure)
    }
    var text = try expectedText(after: fault.step)
    if let store = session.store {
      try await expect(text, StoreSnapshot.text(of: store, asReopened: true), "afterwards")
      try await session.createAccount("Eve", token: 9)
      text = try await StoreSnapshot.text(of: store, asReopened: true)
    }
    for record in try loggedCalls() { model.apply(record) }
    try model.state(Survival([]), of: "run/data").write(to: work + "/lost")
    try await expect(text, StoreCheck.recovered(folder: work + "/lost"), "after a power loss")
    try session.close()
    try await expect(text, StoreCheck.recovered(folder: data), "after a restart")
  }

  /// A step that failed has done nothing, and can be done now.
  private func repeatStep(_ step: Int, _ session: Session, after failure: any Error) async throws {
    if let store = session.store {
      let text = try await StoreSnapshot.text(of: store, asReopened: true)
      try expect(expectedText(after: step - 1), text, "after '\(failure)'")
    } else if !scenario.steps[step].opensStore {
      // It was to close the store, which cannot be done twice.
      return
    }
    do {
      try await scenario.steps[step].run(session)
    } catch {
      throw Contradiction("after '\(failure)' it cannot be repeated: \(error)")
    }
  }

  private func expectedText(after step: Int) throws -> String {
    step < 0 ? "" : try String(contentsOfFile: "\(recorded)/after/\(step)", encoding: .utf8)
  }

  private func expect(_ expected: String, _ text: String, _ when: String) throws {
    if let fault = Contradiction(when, expected: expected, held: text) { throw fault }
  }
}
