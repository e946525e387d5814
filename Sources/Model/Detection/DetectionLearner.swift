package import SeededRandom

/// The network while it learns, and its running average.
package struct DetectionLearner {
  let schedule: DetectionSchedule
  private let examples: [DetectionSet.Example]
  private let augmentation: DetectionAugmentation
  private let painter: ViewPainter
  private let loss: DetectionLoss
  /// Its first stages do not learn.
  private let frozen: EfficientNetLite0
  private let network: DetectionNetwork
  let average: DetectionNetwork
  private let averaging: WeightAverage
  private var optimizer: AdamW
  private(set) var step = 0

  package init(
    _ start: DetectionNetwork, _ schedule: DetectionSchedule, _ examples: [DetectionSet.Example],
    augmentation: DetectionAugmentation, sourceSide: Int
  ) throws(ModelError) {
    self.schedule = schedule
    self.examples = examples
    self.augmentation = augmentation
    painter = ViewPainter(side: augmentation.side, sourceSide: sourceSide)
    loss = DetectionLoss(
      grid: PointGrid(inputSide: augmentation.side), classes: start.classes)
    let stages = 0..<schedule.frozenStages
    frozen = try withoutGradients { () throws(ModelError) in
      try start.backbone.folded(stages: stages)
    }
    network = try start.cloned()
    average = try start.cloned()
    averaging = WeightAverage(
      average.weights, of: network.weights, decay: schedule.averageDecay)
    optimizer = try DetectionLearner.optimizer(network, schedule)
  }

  private static func optimizer(
    _ network: DetectionNetwork, _ schedule: DetectionSchedule
  ) throws(ModelError) -> AdamW {
    var optimizer = AdamW(weightDecay: schedule.weightDecay)
    let stages = schedule.frozenStages..<DetectionNetwork.stageCount
    for tensor in network.backbone.units(stages: stages).flatMap(\.learning) {
      try optimizer.add(tensor, rateFactor: schedule.backboneRateFactor)
    }
    // Convolutions that units share learn once.
    var learning: Set<ObjectIdentifier> = []
    for tensor in (network.pyramid.units + network.head.units).flatMap(\.learning)
    where learning.insert(ObjectIdentifier(tensor)).inserted {
      try optimizer.add(tensor)
    }
    for (_, tensor) in network.head.outputTensors { try optimizer.add(tensor) }
    return optimizer
  }

  /// One step on views of these images; gives the loss.
  package mutating func learn(
    _ views: [DetectionView], of steps: Int, pixels: inout PixelStore
  ) throws -> Double {
    let images = try self.images(views, &pixels)
    let middle = try withoutGradients { () throws(ModelError) in
      try frozen(images, stages: 0..<schedule.frozenStages)
    }
    let learning = try network.foldedBackbone(from: schedule.frozenStages)
    let output = try learning(
      middle, firstStage: schedule.frozenStages, statistics: .batch)
    let (value, gradient) = try loss.batch(views.map { $0.scene(examples) }, output)
    try output.backward(from: gradient)
    try optimizer.update(learningRate: cosineRate(schedule.learningRate, step: step, of: steps))
    step += 1
    try averaging.update(after: step)
    return value
  }

  /// The views' pixels, normalised and in their light: `(B, 3, side, side)`.
  private func images(
    _ views: [DetectionView], _ pixels: inout PixelStore
  ) throws -> Tensor {
    var parts: [[ViewPainter.Part]] = []
    for view in views {
      var tiles: [ViewPainter.Part] = []
      for tile in view.tiles {
        tiles.append(
          .init(
            columns: tile.columns, rows: tile.rows, horizontal: tile.horizontal,
            vertical: tile.vertical, pixels: try pixels.pixels(tile.image)))
      }
      parts.append(tiles)
    }
    let side = painter.side
    return try withoutGradients { () throws(ModelError) in
      let bytes = try Tensor(
        bytes: painter.paint(parts), type: .uint8, shape: [views.count, side, side, 3])
      let gains = views.flatMap { view in (0..<3).map { view.gains[$0] } }
      let gain = try Tensor(gains, shape: [views.count, 3, 1, 1])
      let offset = try Tensor(views.map(\.brightness), shape: [views.count, 1, 1, 1])
      return try (EfficientNetLite0.normalized(bytes) * gain + offset).clamped(to: -1...1)
        .channelsLast()
    }
  }

  /// A batch of views of these images.
  package func views(
    of images: [Int], among all: [Int], isClosing: Bool, using generator: inout SeededGenerator
  ) -> [DetectionView] {
    images.map { image in
      let isMosaic =
        !isClosing && generator.uniform(0...1) < schedule.mosaicPart && all.count > 1
      guard isMosaic else {
        return augmentation.view(of: image, examples, using: &generator)
      }
      let others = (0..<3).map { _ in all[Int.random(in: 0..<all.count, using: &generator)] }
      return augmentation.mosaic(of: [image] + others, using: &generator)
    }
  }
}

extension DetectionLoss {
  /// The mean loss of a batch, and its gradient by `output`, both `(B, N, K + 4 * bins)`.
  func batch(
    _ scenes: [Scene], _ output: Tensor
  ) throws(ModelError) -> (loss: Double, gradient: Tensor) {
    let values = try output.floats()
    var gradients = [Float](repeating: 0, count: values.count)
    let perImage = values.count / max(1, scenes.count)
    var sums = Sums()
    values.withUnsafeBufferPointer { values in
      gradients.withUnsafeMutableBufferPointer { gradients in
        guard let values = values.baseAddress, let gradients = gradients.baseAddress else { return }
        for (index, scene) in scenes.enumerated() {
          sums += add(
            scene, values + index * perImage, gradient: gradients + index * perImage)
        }
      }
    }
    let gradient = try Tensor(gradients, shape: output.shape).scaled(by: 1 / sums.divisor)
    return (sums.loss / sums.divisor, gradient)
  }
}
