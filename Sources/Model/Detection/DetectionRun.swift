internal import BoxMetrics
internal import SeededRandom

/// One training: the phases in their order, and what each hands to the next.
struct DetectionRun {
  private let recipe: DetectionRecipe
  private let set: DetectionSet
  private let schedule: DetectionSchedule
  private let split: StratifiedSplit
  private let validator: DetectionValidator
  private let start: DetectionNetwork
  private var pixels: PixelStore
  private var validationPixels: PixelStore
  private var progress: TrainingProgress
  private var generator: SeededGenerator
  private var speed = Speed()

  /// What was kept so far, and how it did.
  private struct Best {
    var network: DetectionNetwork
    var outcome: DetectionValidator.Outcome
    var epoch: Int
  }

  /// Images and seconds of learning and of validating.
  private struct Speed {
    var learned = 0
    var learningTime = Duration.zero
    var validated = 0
    var validatingTime = Duration.zero

    /// Validating, an image takes a quarter of the time: an estimate until it was measured.
    func seconds(learning: Int, validating: Int) -> Double {
      let learningSeconds = learned > 0 ? learningTime / .seconds(1) / Double(learned) : 0
      let validatingSeconds =
        validated > 0 ? validatingTime / .seconds(1) / Double(validated) : learningSeconds / 4
      return learningSeconds * Double(learning) + validatingSeconds * Double(validating)
    }
  }

  init(
    _ recipe: DetectionRecipe, _ set: DetectionSet, _ backbone: Weights,
    _ progress: TrainingProgress
  ) throws(ModelError) {
    self.recipe = recipe
    self.set = set
    self.progress = progress
    split = DetectionRun.split(set, recipe)
    schedule = DetectionSchedule(trainingImages: split.training.count, epochs: recipe.epochs)
    start = try DetectionNetwork.start(
      backbone: backbone, classes: set.classes.count, seed: recipe.seed)
    // Larger than the input, so that what is cut out is not blown up much.
    pixels = PixelStore(
      imageCount: set.examples.count, side: recipe.inputSide * 5 / 4,
      bytesMax: DetectionRun.pixelCacheBytesMax * 3 / 4, decode: set.pixels)
    validationPixels = PixelStore(
      imageCount: set.examples.count, side: recipe.inputSide,
      bytesMax: DetectionRun.pixelCacheBytesMax / 4, decode: set.pixels)
    validator = DetectionValidator(
      examples: set.examples, images: split.validation, inputSide: recipe.inputSide,
      classes: set.classes.count, batchImages: schedule.batchImages)
    generator = SeededGenerator(seed: recipe.seed &+ 2)
  }

  /// Memory for decoded images; what exceeds it is decoded again each time.
  private static let pixelCacheBytesMax = 1 << 30

  /// By the rarest class in each image, so that validation sees it, too.
  private static func split(_ set: DetectionSet, _ recipe: DetectionRecipe) -> StratifiedSplit {
    var counts = Array(repeating: 0, count: set.classes.count)
    for example in set.examples {
      for truth in example.truths { counts[truth.classIndex] += 1 }
    }
    let background = set.classes.count
    let labels = set.examples.map { example in
      example.truths.filter { !$0.isCrowd }.map(\.classIndex).min { a, b in
        counts[a] == counts[b] ? a < b : counts[a] < counts[b]
      } ?? background
    }
    func split(_ labels: [Int]) -> StratifiedSplit {
      StratifiedSplit(
        labels: labels, groups: set.examples.map(\.group),
        validationFraction: recipe.validationFraction, seed: recipe.seed)
    }
    let fine = split(labels)
    let hasObjects = fine.validation.contains { set.examples[$0].hasObjects }
    // Where no class has a second image, all objects are one class to the split.
    return hasObjects ? fine : split(labels.map { $0 == background ? 1 : 0 })
  }

  mutating func train() throws -> (DetectionNetwork, DetectionReport) {
    progress.begin(.images, images: split.training.count)
    var learner = try DetectionLearner(
      start, schedule, set.examples,
      augmentation: DetectionAugmentation(side: recipe.inputSide, mirrors: recipe.mirrors),
      sourceSide: pixels.side)
    try pixels.fill(split.training) { count throws(ModelError) in
      try progress.advance(images: count)
    }
    progress.begin(
      .fineTuning, images: imagesPerEpoch * schedule.epochs, epochs: schedule.epochs,
      epochImages: schedule.imagesPerEpoch)
    var best: Best?
    var planned = schedule.epochs
    var epoch = 0
    while epoch < planned {
      epoch += 1
      progress.beginEpoch(epoch)
      let isOver = try learnEpoch(epoch, &planned, &learner)
      let isLast = isOver || epoch >= planned
      if isLast || epoch.isMultiple(of: schedule.epochsPerValidation) {
        let outcome = try validate(learner.average)
        progress.endEpoch {
          $0.validationLoss = outcome.loss
          $0.averagePrecision = outcome.averagePrecision
          $0.averagePrecision50 = outcome.evaluation.averagePrecision50 ?? 0
        }
        // Of equals the later: it has seen more.
        if outcome.averagePrecision >= best?.outcome.averagePrecision ?? 0 {
          best = Best(
            network: try learner.average.cloned(), outcome: outcome, epoch: epoch)
        }
      } else {
        progress.endEpoch()
      }
      if isOver { break }
      if let best, epoch - best.epoch >= schedule.patience(epochs: planned) { break }
      plan(&planned, epochsDone: epoch)
    }
    guard let best else { throw ModelError.badArgument("no epoch was trained") }
    return (best.network, report(best))
  }

  /// Of an epoch that is validated.
  private var imagesPerEpoch: Int { schedule.imagesPerEpoch + split.validation.count }

  /// One pass over the training images; says whether the time is over.
  private mutating func learnEpoch(
    _ epoch: Int, _ planned: inout Int, _ learner: inout DetectionLearner
  ) throws -> Bool {
    var order: [Int] = []
    // Few images fill a batch several times: each view of them is another.
    while order.count < schedule.batchImages {
      order += split.training.shuffled(using: &generator)
    }
    for index in 0..<schedule.stepsPerEpoch {
      let batch = Array(order[index * schedule.batchImages..<(index + 1) * schedule.batchImages])
      let start = progress.elapsed
      let views = learner.views(
        of: batch, among: split.training,
        isClosing: schedule.isClosing(epoch: epoch, of: planned), using: &generator)
      let loss = try learner.learn(
        views, of: planned * schedule.stepsPerEpoch, pixels: &pixels)
      // The first steps are slower than the rest.
      if learner.step > 3 {
        speed.learned += batch.count
        speed.learningTime += progress.elapsed - start
      }
      try progress.advance(images: batch.count, loss: loss)
      if learner.step == DetectionRun.stepsToMeasure { plan(&planned, epochsDone: epoch - 1) }
      let next = speed.seconds(
        learning: batch.count, validating: split.validation.count)
      // Twice the mean: others may want the machine just then.
      if progress.timeLeft / .seconds(1) <= 2 * next { return true }
    }
    return false
  }

  private static let stepsToMeasure = 12

  /// Plans as many epochs as the time left allows at the speed so far, at least one in all.
  private mutating func plan(_ planned: inout Int, epochsDone: Int) {
    let perEpoch = speed.seconds(
      learning: schedule.imagesPerEpoch,
      validating: split.validation.count / schedule.epochsPerValidation)
    let left = progress.timeLeft / .seconds(1)
    let affordable = perEpoch > 0 ? Int(min(left / perEpoch, 1e6)) : schedule.epochs
    planned = max(1, epochsDone, min(schedule.epochs, epochsDone + affordable))
    progress.plan(images: planned * imagesPerEpoch, epochs: planned)
  }

  private mutating func validate(
    _ network: DetectionNetwork
  ) throws -> DetectionValidator.Outcome {
    let start = progress.elapsed
    progress.beginEvaluation(images: split.validation.count)
    let outcome = try validator.validate(network, &validationPixels, &progress)
    speed.validated += split.validation.count
    speed.validatingTime += progress.elapsed - start
    return outcome
  }

  private func report(_ best: Best) -> DetectionReport {
    let summary = DetectionSummary(best.outcome.images, classes: set.classes.count)
    var description = DetectorDescription(inputSide: recipe.inputSide, classes: set.classes)
    description.bestConfidence = summary.bestConfidence
    description.recipe = [
      "seed": String(recipe.seed),
      "mirrored": recipe.mirrors ? "yes" : "no",
      "epochs": String(best.epoch),
      "training_images": String(split.training.count),
      "validation_images": String(split.validation.count),
      "validation_map": String(best.outcome.averagePrecision),
    ]
    return DetectionReport(
      description: description, evaluation: best.outcome.evaluation, curves: summary.curves,
      confusion: summary.confusion, epochs: progress.epochs,
      samples: summary.samples(best.outcome.images, numbers: split.validation),
      trainingImages: split.training.count, validationImages: split.validation.count)
  }
}
