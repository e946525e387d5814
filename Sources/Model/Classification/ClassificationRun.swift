internal import Foundation

/// One training: the phases in their order, and what each hands to the next.
struct ClassificationRun {
  private let recipe: ClassificationRecipe
  private let set: TrainingSet
  private let backbone: EfficientNetLite0
  private let split: StratifiedSplit
  private let classWeights: Tensor
  private let inputSide: Int
  private var pixels: PixelStore
  private var progress: TrainingProgress

  init(
    _ recipe: ClassificationRecipe, _ set: TrainingSet, _ backbone: EfficientNetLite0,
    _ progress: TrainingProgress
  ) throws(ModelError) {
    self.recipe = recipe
    self.set = set
    self.backbone = backbone
    self.progress = progress
    split = StratifiedSplit(
      labels: set.labels, groups: set.groups, validationFraction: recipe.validationFraction,
      seed: recipe.seed)
    inputSide =
      recipe.inputSide
      ?? ClassificationRecipe.inputSide(shorterSideMedian: set.shorterSideMedian)
    // A little larger than the input, so that what is cut out is not blown up much. Originals
    // smaller than that hold no more detail to keep.
    let roomy = inputSide * 8 / 7
    let keptSide = set.shorterSideMedian > inputSide ? roomy : inputSide
    pixels = PixelStore(
      imageCount: set.labels.count, side: keptSide, bytesMax: recipe.pixelCacheBytesMax,
      decode: set.pixels)
    classWeights = try ClassificationRun.weights(
      labels: split.training.map { set.labels[$0] }, classes: set.classes.count,
      power: recipe.classWeightPower)
  }

  mutating func train() throws -> (Network, ClassificationReport) {
    if recipe.inputSide == nil {
      progress.note(
        "input \(inputSide) x \(inputSide) for images of about \(set.shorterSideMedian) pixels")
    }
    try decodeImages()
    let features = try extractFeatures()
    let head = try trainHead(features)
    let mirrors = try decideMirroring(head.classifier)
    let start = Network(backbone: backbone, classifier: head.classifier)
    let truth = split.validation.map { set.labels[$0] }
    let headAccuracy = accuracy(head.probabilities, truth)
    let tuned = try fineTune(start, mirrors: mirrors)
    let kept = tuned.flatMap { $0.accuracy >= headAccuracy ? $0 : nil }
    let evaluation = Evaluation(
      probabilities: kept?.probabilities ?? head.probabilities, truth: truth,
      classes: set.classes.count)
    let report = ClassificationReport(
      description: description(
        kept: kept == nil ? "head" : "fineTuned", mirrors: mirrors,
        validation: evaluation.accuracy),
      validation: evaluation, epochs: progress.epochs, trainingImages: split.training.count,
      validationImages: split.validation.count)
    return (kept?.network ?? start, report)
  }

  private mutating func decodeImages() throws {
    progress.begin(.images, images: set.labels.count)
    try pixels.fill(Array(set.labels.indices)) { count throws(ModelError) in
      try progress.advance(images: count)
    }
  }

  /// The features of all images in their own order, `(N, F)`.
  private mutating func extractFeatures() throws -> Tensor {
    let all = Array(set.labels.indices)
    progress.begin(.features, images: all.count)
    return try features(of: all, mirrored: false)
  }

  private mutating func features(of images: [Int], mirrored: Bool) throws -> Tensor {
    let folded = try withoutGradients { () throws(ModelError) in try backbone.folded() }
    var parts: [Tensor] = []
    for start in stride(from: 0, to: images.count, by: recipe.batchImages) {
      let batch = images[start..<min(start + recipe.batchImages, images.count)]
      let bytes = try pixels.batch(batch)
      parts.append(
        try withoutGradients { () throws(ModelError) in
          let whole = try Augmentation.whole(bytes, side: inputSide)
          return try EfficientNetLite0.pooled(
            folded(mirrored ? whole.flipped(dimension: 3).channelsLast() : whole))
        })
      try progress.advance(images: batch.count)
    }
    return try Tensor.concatenated(parts)
  }

  private mutating func trainHead(_ features: Tensor) throws -> HeadTrainer.Outcome {
    let trainer = HeadTrainer(
      recipe: recipe, classes: set.classes.count, classWeights: classWeights)
    func samples(_ images: [Int]) throws -> HeadTrainer.Samples {
      .init(features: try features.rows(at: images), labels: images.map { set.labels[$0] })
    }
    return try trainer.train(
      on: samples(split.training), validating: samples(split.validation), progress: &progress)
  }

  /// Whether a mirrored image still shows its class.
  ///
  /// The head is asked, which saw only straight ones: with letters it fails, with most objects not.
  private mutating func decideMirroring(_ head: Linear) throws -> Bool {
    guard recipe.mirrors else { return false }
    let truth = split.validation.map { set.labels[$0] }
    progress.beginEvaluation(images: 2 * truth.count)
    let straight = try head(features(of: split.validation, mirrored: false))
    let mirrored = try head(features(of: split.validation, mirrored: true))
    let classes = set.classes.count
    let straightAccuracy = accuracy(try straight.floats().rows(of: classes), truth)
    let mirroredAccuracy = accuracy(try mirrored.floats().rows(of: classes), truth)
    let mirrors = mirroredAccuracy >= straightAccuracy * 0.9
    progress.note(
      "\(mirrors ? "mirrors" : "does not mirror") images: mirrored ones are recognised in "
        + "\(Int(mirroredAccuracy * 100)) % of cases, straight ones in "
        + "\(Int(straightAccuracy * 100)) %")
    return mirrors
  }

  private mutating func fineTune(
    _ start: Network, mirrors: Bool
  ) throws -> FineTuner.Outcome? {
    guard recipe.fineTuningEpochs > 0, progress.timeLeft > .zero else { return nil }
    let tuner = FineTuner(
      recipe: recipe, classes: set.classes.count, classWeights: classWeights,
      inputSide: inputSide, mirrors: mirrors, labels: set.labels)
    return try tuner.train(start, split: split, pixels: &pixels, progress: &progress)
  }

  private func description(
    kept: String, mirrors: Bool, validation: Double
  ) -> ModelDescription {
    var description = ModelDescription(inputSide: inputSide, classes: set.classes)
    description.recipe = [
      "seed": String(recipe.seed),
      "kept": kept,
      "mirrored": mirrors ? "yes" : "no",
      "training_images": String(split.training.count),
      "validation_images": String(split.validation.count),
      "validation_accuracy": String(validation),
    ]
    return description
  }

  /// Rarer classes weigh more: `(mean count / count) ** power`, `(K)`.
  private static func weights(
    labels: [Int], classes: Int, power: Double
  ) throws(ModelError) -> Tensor {
    var counts = Array(repeating: 0.0, count: classes)
    for label in labels { counts[label] += 1 }
    let mean = Double(labels.count) / Double(classes)
    return try Tensor(counts.map { Float(pow(mean / max(1, $0), power)) }, shape: [classes])
  }
}

/// What came out of training a classifier, beside the model file.
package struct ClassificationReport: Sendable, Equatable {
  package var description: ModelDescription
  /// Of the kept model on the images set aside for validation.
  package var validation: Evaluation
  /// Of both phases, in their order.
  package var epochs: [TrainedEpoch]
  package var trainingImages: Int
  package var validationImages: Int
}
