import API
import Credentials
import EngineHost
import Foundation
import Logging
import RPCCore
import Services
import Store
import TestSupport

/// The whole server in the process of the tests: a real store, real services and real engine
/// processes, behind either transport.
enum House {
  /// Builds the house in a folder of its own, gives `body` a client of it, and takes it down.
  static func with<R: Sendable>(
    _ transport: Transport, _ body: @escaping (any Caller) async throws -> R
  ) async throws -> R {
    let folder = try TemporaryFolder()
    let logger = Logger(label: "house") { _ in SwiftLogNoOpLogHandler() }
    let store = try DataStore.open(folder: folder.path, at: now())
    let engines = try Engines(
      configuration: HostConfiguration(
        program: TestData.program("diyml-engine"), objects: folder.path + "/objects",
        staging: folder.path + "/staging", backbone: TestData.weights), logger: logger)
    let scheduler = TrainingScheduler(store: store, engines: engines, now: now, logger: logger)
    let worker = InferenceWorker(store: store, vision: engines.vision, now: now, logger: logger)
    let routes = try routes(store, engines, scheduler, worker, logger)
    let result = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await engines.run() }
      group.addTask { await scheduler.run() }
      group.addTask { await worker.run() }
      defer {
        scheduler.drain()
        worker.drain()
        engines.drain()
      }
      return try await transport.serve(routes, logger: logger, body)
    }
    try store.close()
    return result
  }

  @Sendable private static func now() -> Timestamp {
    Timestamp(unixMilliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
  }

  private static func routes(
    _ store: DataStore, _ engines: Engines, _ scheduler: TrainingScheduler,
    _ worker: InferenceWorker, _ logger: Logger
  ) throws -> [Route] {
    let authenticator = Authenticator(store: store, now: now)
    var limits = ServiceLimits()
    limits.userExistsBurst = 1_000  // The tests ask more than a person would.
    limits.loginBurst = 1_000
    let auth = AuthProvider(
      authenticator: authenticator, store: store, passwords: try PasswordHasher(), limits: limits,
      now: now, stopTrainings: scheduler.stopDeleted)
    let data = DataProvider(
      authenticator: authenticator, store: store, vision: engines.vision, now: now,
      stopTrainings: scheduler.stopDeleted)
    let training = TrainingProvider(
      authenticator: authenticator, store: store, scheduler: scheduler, now: now)
    let publishing = PublishingProvider(authenticator: authenticator, store: store, now: now)
    let inference = InferenceProvider(
      authenticator: authenticator, store: store, vision: engines.vision, worker: worker, now: now,
      logger: logger)
    return auth.routes + data.routes + training.routes + publishing.routes + inference.routes
  }
}
