internal import SeededRandom

/// Trains a classifier on features that do not change.
struct HeadTrainer {
  let recipe: ClassificationRecipe
  let classes: Int
  /// Shaped `(K)`.
  let classWeights: Tensor

  /// Features with their classes.
  struct Samples {
    /// Shaped `(N, F)`.
    var features: Tensor
    var labels: [Int]
  }

  struct Outcome {
    var classifier: Linear
    var probabilities: [[Float]]
    var loss: Double
  }

  private static let batch = 64

  /// Stops early, and gives the classifier of the epoch with the lowest validation loss.
  func train(
    on training: Samples, validating validation: Samples, progress: inout TrainingProgress
  ) throws(ModelError) -> Outcome {
    let scaling = try Scaling(of: training.features)
    let scaled = Samples(
      features: try scaling.apply(training.features), labels: training.labels)
    let held = Samples(
      features: try scaling.apply(validation.features), labels: validation.labels)
    let features = scaled.features.shape[1]
    let classifier = Linear(weight: try .zeros([classes, features]), bias: try .zeros([classes]))
    var optimizer = AdamW(weightDecay: recipe.weightDecay)
    try optimizer.add(classifier.weight)
    try optimizer.add(classifier.bias)
    var generator = SeededGenerator(seed: recipe.seed &+ 1)
    var best: Outcome?
    var epochsWithoutGain = 0
    progress.begin(
      .head, images: recipe.headEpochsMax * training.labels.count, epochs: recipe.headEpochsMax,
      epochImages: training.labels.count)
    for epoch in 1...recipe.headEpochsMax {
      progress.beginEpoch(epoch)
      try learn(scaled, classifier, &optimizer, &generator, progress: &progress)
      let outcome = try validated(classifier, held)
      progress.endEpoch { $0.validationAccuracy = accuracy(outcome.probabilities, held.labels) }
      epochsWithoutGain += 1
      if best.map({ outcome.loss < $0.loss }) ?? true {
        best = outcome
        epochsWithoutGain = 0
      }
      if epochsWithoutGain >= recipe.headPatience { break }
    }
    guard var best else { throw .badArgument("no epoch was trained") }
    best.classifier = try scaling.unscaled(best.classifier)
    return best
  }

  /// One pass over the samples.
  private func learn(
    _ samples: Samples, _ classifier: Linear, _ optimizer: inout AdamW,
    _ generator: inout SeededGenerator, progress: inout TrainingProgress
  ) throws(ModelError) {
    let order = samples.labels.indices.shuffled(using: &generator)
    for start in stride(from: 0, to: order.count, by: HeadTrainer.batch) {
      let batch = Array(order[start..<min(start + HeadTrainer.batch, order.count)])
      let loss = try Tensor.crossEntropy(
        classifier(samples.features.rows(at: batch)),
        Tensor(indexes: batch.map { samples.labels[$0] }),
        classWeights: classWeights, labelSmoothing: recipe.labelSmoothing)
      try loss.backward()
      try optimizer.update(learningRate: recipe.headLearningRate)
      try progress.advance(images: batch.count, loss: Double(loss.item()))
    }
  }

  private func validated(
    _ classifier: Linear, _ samples: Samples
  ) throws(ModelError) -> Outcome {
    try withoutGradients { () throws(ModelError) in
      let logits = try classifier(samples.features)
      let loss = try Tensor.crossEntropy(
        logits, Tensor(indexes: samples.labels), classWeights: nil, labelSmoothing: 0)
      return Outcome(
        classifier: try classifier.cloned(),
        probabilities: try logits.softmax().floats().rows(of: classes),
        loss: Double(try loss.item()))
    }
  }
}

/// Brings each feature to mean 0 and deviation 1, which a linear classifier learns faster from.
private struct Scaling {
  /// Both shaped `(1, F)`.
  let mean: Tensor
  let deviation: Tensor

  init(of features: Tensor) throws(ModelError) {
    mean = try features.mean(over: [0])
    let centered = try features - mean
    let variance = try (centered * centered).mean(over: [0])
    // A feature that hardly moved on these images would weigh too much once it moves on others.
    let floor = try variance.mean(over: [1]).scaled(by: 0.1, plus: 1e-6)
    deviation = try (variance + floor).squareRoot()
  }

  func apply(_ features: Tensor) throws(ModelError) -> Tensor {
    try (features - mean) / deviation
  }

  /// The classifier that does to plain features what `classifier` does to scaled ones.
  func unscaled(_ classifier: Linear) throws(ModelError) -> Linear {
    try withoutGradients { () throws(ModelError) in
      let weight = try classifier.weight / deviation
      let noBias = try Tensor.zeros([classifier.bias.count])
      let shift = try Linear(weight: weight, bias: noBias)(mean).reshaped(noBias.shape)
      let bias = try classifier.bias - shift
      return Linear(weight: try weight.cloned(), bias: try bias.cloned())
    }
  }
}

extension [Float] {
  /// Cuts a row-major `(N, width)` into its rows.
  func rows(of width: Int) -> [[Float]] {
    stride(from: 0, to: count, by: width).map { Array(self[$0..<$0 + width]) }
  }
}

/// The share of images whose most probable class is the true one.
func accuracy(_ probabilities: [[Float]], _ labels: [Int]) -> Double {
  guard !labels.isEmpty else { return 0 }
  let hits = zip(probabilities, labels).count { Evaluation.ranking($0)[0] == $1 }
  return Double(hits) / Double(labels.count)
}
