import API
import CommandLineKit
import Foundation

/// Runs a main job on a server of its own, which is gone when the job is.
struct JobRunner: Sendable {
  let name: String
  let system: System

  /// A job that was done.
  struct Finished: Sendable {
    let name: String
    let split: DataSplit
    let outcome: MainJob.Outcome
    let parameters: TrainingParameters
    /// Of the whole job, from the account to the last answer.
    let seconds: Double
  }

  /// Does the job.
  ///
  /// - Throws: `DemoError`, `Status` or what else stopped the job; `CancellationError` on Ctrl-C.
  func run(
    project: String, split: DataSplit, parameters: TrainingParameters
  ) async throws -> Finished {
    try await OwnServer(system: system).run { address in
      let started = system.now()
      let job = MainJob(
        system: system, server: address, project: project, split: split, parameters: parameters,
        pageFolder: ".build/demo/pages/\(name)")
      let outcome = try await job.run()
      return Finished(
        name: name, split: split, outcome: outcome, parameters: parameters,
        seconds: system.now().timeIntervalSince(started))
    }
  }
}
