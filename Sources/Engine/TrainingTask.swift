internal import API
internal import Model

/// One training, checked, as `TrainerProvider` runs it.
struct TrainingTask: Sendable {
  typealias Watcher = @Sendable (Model.TrainingEvent) -> Void

  /// What came out, beside the model's file.
  struct Outcome: Sendable {
    var trainingImages: Int
    var validationImages: Int
    var architecture: String
    var inputSide: Int
    /// What only the end tells of an epoch.
    var validated: [API.TrainingReport.Epoch] = []
    var measured: EngineTrainEvent.Result.Measured
  }

  /// Progress is counted in these.
  let imageCount: Int
  /// Trains on the thread that calls it, which must be a `TorchThread`.
  let train:
    @Sendable (
      _ path: String, _ progress: @escaping Watcher, _ isCancelled: @escaping @Sendable () -> Bool
    ) throws -> Outcome
}
