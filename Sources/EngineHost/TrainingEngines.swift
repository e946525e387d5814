package import API

/// Where trainings run.
package protocol TrainingEngines: Sendable {
  /// Starts an engine of its own for one training and gives `body` the way to call it. The engine
  /// has ended when this returns or throws; cancelling kills it.
  ///
  /// - Throws: what `body` throws; `UNAVAILABLE` with the reason when the engine cannot start or
  ///   dies.
  func withTrainer<Result: Sendable>(
    _ body: (EngineTrainerClient) async throws -> Result
  ) async throws -> Result
}
