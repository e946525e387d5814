/// Trains models from a few images, from the backbone's weights on.
package struct Trainer: Sendable {
  private let backbonePath: String
  private let now: @Sendable () -> ContinuousClock.Instant
  private let isCancelled: @Sendable () -> Bool
  private let report: @Sendable (TrainingStep) -> Void

  /// Takes the backbone from the file which `Scripts/convert-weights` makes; `now` is the clock.
  ///
  /// While it trains, `isCancelled` is called after each batch, and `report` several times a second,
  /// on the thread that trains.
  package init(
    backbonePath: String,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
    isCancelled: @escaping @Sendable () -> Bool = { false },
    report: @escaping @Sendable (TrainingStep) -> Void = { _ in }
  ) {
    self.backbonePath = backbonePath
    self.now = now
    self.isCancelled = isCancelled
    self.report = report
  }

  /// Trains a head on the untouched backbone's features, then the last stages of the backbone as far
  /// as the time goes; the better of the two is kept.
  ///
  /// Call it on a `TorchThread`.
  ///
  /// - Throws: `.badArgument` for a recipe or set that cannot be trained, `.cancelled`, whatever
  ///   the set's `pixels` throws, and what reading the backbone meets.
  package func train(
    _ recipe: ClassificationRecipe, on set: TrainingSet
  ) throws -> (report: ClassificationReport, model: SafetensorsFile) {
    try recipe.check()
    try set.check()
    try Torch.seed(recipe.seed)
    let later = recipe.laterImages(imageCount: set.labels.count)
    var run = try ClassificationRun(
      recipe, set, EfficientNetLite0(from: backbone()), progress(recipe.timeBudget, later))
    let (network, report) = try run.train()
    return (
      report, SafetensorsFile(weights: network.weights, metadata: report.description.metadata)
    )
  }

  /// Trains a detector from images with boxes, in the phases `.images` and `.fineTuning`.
  ///
  /// Call it on a `TorchThread`; it throws as the other does.
  package func train(
    _ recipe: DetectionRecipe, on set: DetectionSet
  ) throws -> (report: DetectionReport, model: SafetensorsFile) {
    try recipe.check()
    let (set, boxesLeftOut) = try set.cleaned()
    try Torch.seed(recipe.seed)
    var run = try DetectionRun(recipe, set, backbone(), progress(recipe.timeBudget))
    var (network, report) = try run.train()
    report.boxesLeftOut = boxesLeftOut
    return (
      report, SafetensorsFile(weights: network.weights, metadata: report.description.metadata)
    )
  }

  private func backbone() throws(ModelError) -> Weights {
    try SafetensorsFile(path: backbonePath).weights
  }

  private func progress(_ budget: Duration, _ laterImages: Double = 0) -> TrainingProgress {
    TrainingProgress(
      budget: budget, laterImages: laterImages, now: now, report: report, isCancelled: isCancelled)
  }
}
