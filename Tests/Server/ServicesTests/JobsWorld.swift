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
  let scheduler: TrainingScheduler
  private let folder: URL
  private let answer: FakeVision.Answer
  private let find: FakeVision.Finding
  private let concurrencyMax: Int

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
    var configuration = TrainingScheduler.Configuration()
    configuration.jobsMax = jobsMax
    configuration.weightsBytesMax = weightsBytesMax
    scheduler = TrainingScheduler(
      store: store, engines: FakeTrainingEngines(script: script), configuration: configuration,
      now: { Timestamp(unixMilliseconds: time.unixMilliseconds) }, logger: quiet)
    self.answer = answer
    self.find = find
    self.concurrencyMax = concurrencyMax
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

  /// What the test calls, while the scheduler and the worker run.
  struct Clients: Sendable {
    let training: TrainingClient
    let publishing: PublishingClient
    let inference: InferenceClient
    let worker: InferenceWorker
  }

  /// Runs `body` beside the scheduler and the worker, and drains both when it returns.
  func serve<R: Sendable>(
    training: Bool = true, inferences: Bool = true,
    _ body: @Sendable (Clients) async throws -> R
  ) async throws -> R {
    let time = self.time
    let now: @Sendable () -> Timestamp = {
      Timestamp(unixMilliseconds: time.unixMilliseconds)
    }
    return try await withLoopback(routes: FakeVision(answer: answer, find: find).routes) { engine in
      var configuration = InferenceWorker.Configuration()
      configuration.concurrencyMax = concurrencyMax
      let vision = EngineVisionClient(engine)
      let worker = InferenceWorker(
        store: store, vision: vision, configuration: configuration, now: now,
        sleep: { duration in
          // Retries come at once; second looks wait for the end.
          if duration >= .seconds(60) { try await Gate().pass() }
        }, logger: quiet)
      let authenticator = Authenticator(store: store, now: now)
      let routes =
        TrainingProvider(
          authenticator: authenticator, store: store, scheduler: scheduler, now: now
        ).routes
        + PublishingProvider(authenticator: authenticator, store: store, now: now).routes
        + InferenceProvider(
          authenticator: authenticator, store: store, vision: vision, worker: worker, now: now,
          logger: quiet
        ).routes
      return try await withLoopback(routes: routes) { caller in
        try await withThrowingTaskGroup(of: Void.self) { group in
          if training { group.addTask { await self.scheduler.run() } }
          if inferences { group.addTask { await worker.run() } }
          let result = try await body(
            Clients(
              training: TrainingClient(caller), publishing: PublishingClient(caller),
              inference: InferenceClient(caller), worker: worker))
          self.scheduler.drain()
          worker.drain()
          try await group.waitForAll()
          return result
        }
      }
    }
  }
}

private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
