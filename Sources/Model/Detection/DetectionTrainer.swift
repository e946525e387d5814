/// Trains a detector from a few images with boxes.
package struct DetectionTrainer: Sendable {
  private let recipe: DetectionRecipe
  private let backbonePath: String
  private let now: @Sendable () -> ContinuousClock.Instant

  /// Takes the backbone from the file which `Scripts/convert-weights` makes; `now` is the clock.
  package init(
    _ recipe: DetectionRecipe, backbonePath: String,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
  ) {
    self.recipe = recipe
    self.backbonePath = backbonePath
    self.now = now
  }

  /// Trains, and writes the model to `outputPath`.
  ///
  /// Call it on a `TorchThread`. `progress` is called on that thread several times a second with the
  /// phases `.images` and `.fineTuning`, and `isCancelled` after each batch.
  ///
  /// - Throws: `.badArgument` for a recipe or set that cannot be trained, `.cancelled`, whatever
  ///   the set's `pixels` throws, and what reading the backbone or writing the model meets.
  package func train(
    _ set: DetectionSet, writingTo outputPath: String,
    progress report: @escaping @Sendable (TrainingEvent) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> DetectionReport {
    try recipe.check()
    let (set, boxesLeftOut) = try set.cleaned()
    try Torch.seed(recipe.seed)
    let backbone = try SafetensorsFile(path: backbonePath).weights
    var run = try DetectionRun(
      recipe, set, backbone,
      TrainingProgress(
        budget: recipe.timeBudget, laterImages: 0, now: now, report: report,
        isCancelled: isCancelled))
    var (network, outcome) = try run.train()
    outcome.boxesLeftOut = boxesLeftOut
    let file = SafetensorsFile(weights: network.weights, metadata: outcome.description.metadata)
    try file.write(to: outputPath)
    return outcome
  }
}
