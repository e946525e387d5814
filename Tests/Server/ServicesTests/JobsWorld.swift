import API
import Codec
import Foundation
import Logging
import RPCCore
import RPCLoopback
import Store
import Testing

@testable import Services

/// Trainings, publications and inferences as a server offers them, over the loopback, with fake
/// engines and a store in memory.
final class JobsWorld: Sendable {
  let store: DataStore
  let time = ManualTime()
  private let folder: URL
  private let configuration: ProviderSet.Configuration
  private let engines: FakeTrainingEngines
  private let answer: FakeVision.Answer
  private let find: FakeVision.Finding

  init(
    limits: StoreLimits = StoreLimits(), jobsMax: Int = 1, weightsBytesMax: UInt64 = 1_000,
    concurrencyMax: Int = 2, answer: @escaping FakeVision.Answer = FakeVision.usual,
    find: @escaping FakeVision.Finding = FakeVision.finding,
    train script: @escaping FakeTrainingEngines.Script
  ) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "diyml-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let time = self.time
    store = try DataStore.inMemory(
      objectsIn: folder.path(percentEncoded: false), limits: limits,
      at: Timestamp(unixMilliseconds: time.unixMilliseconds))
    var configuration = ProviderSet.Configuration()
    configuration.scheduler.jobsMax = jobsMax
    configuration.scheduler.weightsBytesMax = weightsBytesMax
    configuration.worker.concurrencyMax = concurrencyMax
    self.configuration = configuration
    engines = FakeTrainingEngines(
      staging: folder.appending(path: "staging").path(percentEncoded: false), script: script)
    self.answer = answer
    self.find = find
  }

  /// A world in which nothing is trained.
  static func answering(
    limits: StoreLimits = StoreLimits(), concurrencyMax: Int = 2,
    _ answer: @escaping FakeVision.Answer = FakeVision.usual,
    find: @escaping FakeVision.Finding = FakeVision.finding
  ) throws -> JobsWorld {
    try JobsWorld(
      limits: limits, concurrencyMax: concurrencyMax, answer: answer, find: find
    ) { _, _ in }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func stagedFiles() throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: folder.appending(path: "staging").path(percentEncoded: false))
  }

  /// What the test calls, while the scheduler and the worker run.
  struct Clients: Sendable {
    let training: TrainingClient
    let publishing: PublishingClient
    let inference: InferenceClient
    let scheduler: TrainingScheduler
  }

  /// Runs `body` beside the scheduler and the worker, and drains both when it returns.
  func serve<R: Sendable>(
    training: Bool = true, inferences: Bool = true,
    _ body: @Sendable (Clients) async throws -> R
  ) async throws -> R {
    let time = self.time
    return try await withLoopback(routes: FakeVision(answer: answer, find: find).routes) { engine in
      let providers = try ProviderSet(
        store: store, vision: EngineVisionClient(engine), engines: engines,
        configuration: configuration,
        clock: ServiceClock(
          now: { Timestamp(unixMilliseconds: time.unixMilliseconds) },
          sleep: { duration in
            // Retries come at once; second looks wait for the end.
            if duration >= .seconds(60) { try await Gate().pass() }
          }),
        logger: quiet)
      return try await withLoopback(routes: providers.routes) { caller in
        try await withThrowingTaskGroup(of: Void.self) { group in
          if training { group.addTask { await providers.scheduler.run() } }
          if inferences { group.addTask { await providers.worker.run() } }
          let result = try await body(
            Clients(
              training: TrainingClient(caller), publishing: PublishingClient(caller),
              inference: InferenceClient(caller), scheduler: providers.scheduler))
          providers.scheduler.drain()
          providers.worker.drain()
          try await group.waitForAll()
          return result
        }
      }
    }
  }
}

private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
