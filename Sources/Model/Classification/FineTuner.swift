internal import Foundation
internal import SeededRandom

/// Lets the last stages of the backbone learn together with the classifier, on augmented images.
///
/// The first stages stay as they are: they know edges and textures already, and hold most of the
/// memory traffic. What is kept is a running average of the weights, which validates better than
/// the weights of any single step.
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
    var averaged: [(average: Tensor, current: Tensor)]
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
      epochs: recipe.fineTuningEpochs)
    var epoch = 0
    while epoch < state.epochsPlanned {
      epoch += 1
      let loss = try learn(split, &state, &pixels, &progress)
      let average = try state.average.cloned()
      let probabilities = try validate(average, split.validation, &pixels, &progress)
      let outcome = Outcome(
        network: average, probabilities: probabilities,
        accuracy: accuracy(probabilities, split.validation.map { labels[$0] }))
      progress.endEpoch(epoch, loss: loss, validationAccuracy: outcome.accuracy)
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
    for unit in network.backbone.units(stages: learningStages) {
      try optimizer.add(unit.weight)
      if let norm = unit.norm {
        try optimizer.add(norm.weight)
        try optimizer.add(norm.bias)
      }
    }
    try optimizer.add(network.classifier.weight)
    try optimizer.add(network.classifier.bias)
    let average = try start.cloned()
    let current = network.weights.tensors
    let averaged = average.weights.tensors.compactMap { name, tensor in
      current[name].map { (average: tensor, current: $0) }
    }
    return State(
      frozen: try withoutGradients { () throws(ModelError) in try start.backbone.folded() },
      network: network, average: average, averaged: averaged, optimizer: optimizer,
      generator: SeededGenerator(seed: recipe.seed &+ 2), epochsPlanned: recipe.fineTuningEpochs,
      // A last batch too small for a steady gradient is left for another epoch.
      stepsPerEpoch: max(1, images / recipe.batchImages))
  }

  private var learningStages: Range<Int> { recipe.frozenStages..<EfficientNetLite0.stageCount }

  private func imagesPerEpoch(_ split: StratifiedSplit) -> Int {
    split.training.count + split.validation.count
  }

  /// One pass over the training images; gives the mean loss.
  private func learn(
    _ split: StratifiedSplit, _ state: inout State, _ pixels: inout PixelStore,
    _ progress: inout TrainingProgress
  ) throws -> Double {
    let order = split.training.shuffled(using: &state.generator)
    var total = 0.0
    for index in 0..<state.stepsPerEpoch {
      let start = index * recipe.batchImages
      let batch = Array(order[start..<min(start + recipe.batchImages, order.count)])
      let loss = try learnBatch(batch, &state, &pixels)
      total += loss
      try progress.advance(images: batch.count, loss: loss)
      if state.step == FineTuner.stepsToMeasure {
        plan(&state, split, &progress, epochsDone: 0)
      }
      if progress.timeLeft == .zero { return total / Double(index + 1) }
    }
    return total / Double(state.stepsPerEpoch)
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
    let rate = learningRate(
      step: state.step, of: state.epochsPlanned * state.stepsPerEpoch)
    try state.optimizer.update(learningRate: rate)
    state.step += 1
    // The average begins short, or the untrained start would linger in it.
    let decay = min(recipe.averageDecay, Double(1 + state.step) / Double(10 + state.step))
    for pair in state.averaged {
      try pair.average.interpolate(towards: pair.current, weight: 1 - decay)
    }
    return Double(try loss.item())
  }

  /// Rises over the first steps, then falls along a cosine to nearly nothing.
  private func learningRate(step: Int, of steps: Int) -> Double {
    let warmUp = max(1, min(100, steps / 10))
    guard step >= warmUp else {
      return recipe.fineTuningLearningRate * Double(step + 1) / Double(warmUp)
    }
    let part = min(1, Double(step - warmUp) / Double(max(1, steps - warmUp)))
    return recipe.fineTuningLearningRate * max(0.01, (1 + cos(Double.pi * part)) / 2)
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
