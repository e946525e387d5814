internal import SeededRandom

/// Lets the last stages of the backbone learn together with the classifier, on augmented images.
///
/// The first stages stay as they are: they know edges and textures already, and hold most of the
/// memory traffic. What is kept is a running average of the weights.
struct FineTuner {
  let recipe: ClassificationRecipe
  let classes: Int
  let classWeights: Tensor
  let inputSide: Int
  let mirrors: Bool
  let labels: [Int]

  struct Outcome {
    var network: Network
    var probabilities: [[Float]]
    var accuracy: Double
  }

  /// What changes from step to step.
  private struct State {
    let frozen: EfficientNetLite0
    let network: Network
    let average: Network
    let averaging: WeightAverage
    var optimizer: AdamW
    var generator: SeededGenerator
    var step = 0
    var epochsPlanned: Int
    let stepsPerEpoch: Int
  }

  /// Gives the average of the epoch that validated best; nil if the time is too short for one.
  func train(
    _ start: Network, split: StratifiedSplit, pixels: inout PixelStore,
    progress: inout TrainingProgress
  ) throws -> Outcome? {
    var state = try begin(start, images: split.training.count)
    var best: Outcome?
    progress.begin(
      .fineTuning, images: recipe.fineTuningEpochs * imagesPerEpoch(split),
      epochs: recipe.fineTuningEpochs,
      epochImages: min(state.stepsPerEpoch * recipe.batchImages, split.training.count))
    var epoch = 0
    while epoch < state.epochsPlanned {
      epoch += 1
      progress.beginEpoch(epoch)
      try learn(split, &state, &pixels, &progress)
      progress.beginEvaluation(images: split.validation.count)
      let average = try state.average.cloned()
      let probabilities = try validate(average, split.validation, &pixels, &progress)
      let outcome = Outcome(
        network: average, probabilities: probabilities,
        accuracy: accuracy(probabilities, split.validation.map { labels[$0] }))
      progress.endEpoch { $0.validationAccuracy = outcome.accuracy }
      // Of equals the later: it has seen more.
      if outcome.accuracy >= best?.accuracy ?? 0 { best = outcome }
      if progress.timeLeft == .zero { break }
      plan(&state, split, &progress, epochsDone: epoch)
    }
    return best
  }

  private func begin(_ start: Network, images: Int) throws(ModelError) -> State {
    let network = try start.cloned()
    var optimizer = AdamW(weightDecay: recipe.weightDecay)
    let classifier = [network.classifier.weight, network.classifier.bias]
    for tensor in network.backbone.units(stages: learningStages).flatMap(\.learning) + classifier {
      try optimizer.add(tensor)
    }
    let average = try start.cloned()
    return State(
      frozen: try withoutGradients { () throws(ModelError) in try start.backbone.folded() },
      network: network, average: average,
      averaging: WeightAverage(
        average.weights, of: network.weights, decay: recipe.averageDecay), optimizer: optimizer,
      generator: SeededGenerator(seed: recipe.seed &+ 2), epochsPlanned: recipe.fineTuningEpochs,
      // A last batch too small for a steady gradient is left for another epoch.
      stepsPerEpoch: max(1, images / recipe.batchImages))
  }

  private var learningStages: Range<Int> { recipe.frozenStages..<EfficientNetLite0.stageCount }

  private func imagesPerEpoch(_ split: StratifiedSplit) -> Int {
    split.training.count + split.validation.count
  }

  /// One pass over the training images, as far as the time goes.
  private func learn(
    _ split: StratifiedSplit, _ state: inout State, _ pixels: inout PixelStore,
    _ progress: inout TrainingProgress
  ) throws {
    let order = split.training.shuffled(using: &state.generator)
    for index in 0..<state.stepsPerEpoch {
      let start = index * recipe.batchImages
      let batch = Array(order[start..<min(start + recipe.batchImages, order.count)])
      let loss = try learnBatch(batch, &state, &pixels)
      try progress.advance(images: batch.count, loss: loss)
      if state.step == FineTuner.stepsToMeasure {
        plan(&state, split, &progress, epochsDone: 0)
      }
      if progress.timeLeft == .zero { return }
    }
  }

  private static let stepsToMeasure = 12

  /// Plans as many epochs as the time left allows at the speed so far, at least one in all.
  private func plan(
    _ state: inout State, _ split: StratifiedSplit, _ progress: inout TrainingProgress,
    epochsDone: Int
  ) {
    let epochSeconds = Double(imagesPerEpoch(split)) / max(progress.imagesPerSecond, 0.01)
    let affordable = epochsDone + Int(progress.timeLeft / .seconds(1) / epochSeconds)
    state.epochsPlanned = max(1, epochsDone, min(recipe.fineTuningEpochs, affordable))
    progress.plan(
      images: state.epochsPlanned * imagesPerEpoch(split), epochs: state.epochsPlanned)
  }

  private func learnBatch(
    _ batch: [Int], _ state: inout State, _ pixels: inout PixelStore
  ) throws -> Double {
    let augmentation = Augmentation(
      areaMin: recipe.cropAreaMin, turnDegreesMax: recipe.turnDegreesMax,
      colorChangeMax: recipe.colorChangeMax, mirrors: mirrors)
    let bytes = try pixels.batch(batch)
    let middle = try withoutGradients { () throws(ModelError) in
      let views = try augmentation.views(
        of: bytes, side: recipe.trainingSide(inputSide: inputSide), using: &state.generator)
      return try state.frozen(views, stages: 0..<recipe.frozenStages)
    }
    let backbone = try state.network.backbone.folded(stages: learningStages)
    let features = try EfficientNetLite0.pooled(backbone(middle, stages: learningStages))
    let logits = try state.network.classifier(features.dropout(0.2))
    let loss = try Tensor.crossEntropy(
      logits, Tensor(indexes: batch.map { labels[$0] }), classWeights: classWeights,
      labelSmoothing: recipe.labelSmoothing)
    try loss.backward()
    let steps = state.epochsPlanned * state.stepsPerEpoch
    try state.optimizer.update(
      learningRate: cosineRate(recipe.fineTuningLearningRate, step: state.step, of: steps))
    state.step += 1
    try state.averaging.update(after: state.step)
    return Double(try loss.item())
  }

  private func validate(
    _ network: Network, _ images: [Int], _ pixels: inout PixelStore,
    _ progress: inout TrainingProgress
  ) throws -> [[Float]] {
    let folded = try withoutGradients { () throws(ModelError) in try network.folded() }
    var probabilities: [[Float]] = []
    for start in stride(from: 0, to: images.count, by: recipe.batchImages) {
      let batch = Array(images[start..<min(start + recipe.batchImages, images.count)])
      let bytes = try pixels.batch(batch)
      probabilities += try withoutGradients { () throws(ModelError) in
        try folded(Augmentation.whole(bytes, side: inputSide)).softmax().floats()
          .rows(of: classes)
      }
      try progress.advance(images: batch.count)
    }
    return probabilities
  }
}
