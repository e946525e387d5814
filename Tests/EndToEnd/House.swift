import API
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
    let store = try DataStore.open(folder: folder.path, at: .now())
    let engines = try Engines(
      configuration: HostConfiguration(
        program: TestData.program("diyml-engine"), objects: folder.path + "/objects",
        staging: folder.path + "/staging", backbone: TestData.weights,
        objectBytesMax: TrainingScheduler.Configuration().weightsBytesMax), logger: logger)
    var configuration = ProviderSet.Configuration()
    configuration.limits.userExistsBurst = 1_000  // The tests ask more than a person would.
    configuration.limits.loginBurst = 1_000
    let providers = try ProviderSet(
      store: store, vision: engines.vision, engines: engines, configuration: configuration,
      logger: logger)
    let (scheduler, worker) = (providers.scheduler, providers.worker)
    let result = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await engines.run() }
      group.addTask { await scheduler.run() }
      group.addTask { await worker.run() }
      defer {
        scheduler.drain()
        worker.drain()
        engines.drain()
      }
      return try await transport.serve(providers.routes, logger: logger, body)
    }
    try store.close()
    return result
  }
}
