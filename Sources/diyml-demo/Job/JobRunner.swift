import API
import CommandLineKit
import Foundation

/// Runs a main job on a server of its own, which is gone when the job is.
struct JobRunner: Sendable {
  let name: String
  let system: System

  /// Does the job and reports it.
  ///
  /// - Throws: `DemoError`, `Status` or what else stopped the job; `CancellationError` on Ctrl-C.
  func run(
    project: String, split: DataSplit, parameters: TrainingParameters
  ) async throws -> JobReport {
    try await OwnServer(system: system).run { address in
      let started = system.now()
      let job = MainJob(
        system: system, server: address, project: project, split: split, parameters: parameters)
      let outcome = try await job.run()
      return JobReport(
        name: name, split: split, outcome: outcome, parameters: parameters,
        seconds: system.now().timeIntervalSince(started))
    }
  }
}
