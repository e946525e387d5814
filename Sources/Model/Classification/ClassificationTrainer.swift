/// Trains a classifier from a few images: a head on the untouched backbone's features, then the
/// last stages of the backbone as far as the time goes; the better of the two is kept.
package struct ClassificationTrainer: Sendable {
  private let recipe: ClassificationRecipe
  private let backbonePath: String
  private let now: @Sendable () -> ContinuousClock.Instant

  /// Takes the backbone from the file which `Scripts/convert-weights` makes; `now` is the clock.
  package init(
    _ recipe: ClassificationRecipe, backbonePath: String,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
  ) {
    self.recipe = recipe
    self.backbonePath = backbonePath
    self.now = now
  }

  /// Trains, and writes the model to `outputPath`.
  ///
  /// Call it on a `TorchThread`. `progress` is called on that thread several times a second, and
  /// `isCancelled` after each batch.
  ///
  /// - Throws: `.badArgument` for a recipe or set that cannot be trained, `.cancelled`, whatever
  ///   the set's `pixels` throws, and what reading the backbone or writing the model meets.
  package func train(
    _ set: TrainingSet, writingTo outputPath: String,
    progress report: @escaping @Sendable (TrainingEvent) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> TrainingReport {
    try recipe.check()
    try set.check()
    try Torch.seed(recipe.seed)
    let backbone = try EfficientNetLite0(from: SafetensorsFile(path: backbonePath).weights)
    var run = try ClassificationRun(
      recipe, set, backbone,
      TrainingProgress(
        budget: recipe.timeBudget, laterImages: recipe.laterImages(imageCount: set.labels.count),
        now: now, report: report, isCancelled: isCancelled))
    let (network, outcome) = try run.train()
    let file = SafetensorsFile(weights: network.weights, metadata: outcome.description.metadata)
    try file.write(to: outputPath)
    return outcome
  }
}
