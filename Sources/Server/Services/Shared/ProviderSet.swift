package import API
package import Credentials
package import EngineHost
package import Logging
package import RPCCore
package import Store

/// All that a server offers to its clients, wired once: the providers of the contract, and what works
/// beside them.
package struct ProviderSet: Sendable {
  package struct Configuration: Sendable {
    package var limits = ServiceLimits()
    /// What hashing a password costs.
    package var passwords = Argon2Parameters()
    package var scheduler = TrainingScheduler.Configuration()
    package var worker = InferenceWorker.Configuration()

    package init() {}
  }

  package let routes: [Route]
  /// Runs trainings; to be run and drained beside the server.
  package let scheduler: TrainingScheduler
  /// Answers submitted inferences; to be run and drained beside the server.
  package let worker: InferenceWorker

  /// Makes everything; nothing runs yet.
  ///
  /// - Throws: when Argon2 does not take the parameters.
  package init(
    store: DataStore, vision: EngineVisionClient, engines: any TrainingEngines,
    configuration: Configuration = Configuration(), clock: ServiceClock = ServiceClock(),
    logger: Logger
  ) throws {
    let base = ProviderBase(store: store, limits: configuration.limits, clock: clock)
    let scheduler = TrainingScheduler(
      store: store, engines: engines, configuration: configuration.scheduler, clock: clock,
      logger: logger)
    worker = InferenceWorker(
      store: store, vision: vision, configuration: configuration.worker, clock: clock,
      logger: logger)
    self.scheduler = scheduler
    routes =
      AuthProvider(
        base, passwords: try PasswordHasher(parameters: configuration.passwords),
        stopTrainings: scheduler.stopDeleted
      ).routes
      + DataProvider(base, vision: vision, stopTrainings: scheduler.stopDeleted).routes
      + TrainingProvider(base: base, scheduler: scheduler).routes
      + PublishingProvider(base: base).routes
      + InferenceProvider(base, vision: vision, worker: worker, logger: logger).routes
  }
}
