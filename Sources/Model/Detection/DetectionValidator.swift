internal import BoxMetrics

/// Measures a network on the images set aside.
struct DetectionValidator {
  let examples: [DetectionSet.Example]
  /// Positions in `examples`.
  let images: [Int]
  let inputSide: Int
  let classes: Int
  let batchImages: Int

  struct Outcome {
    /// In the order of the validator's.
    var images: [EvaluatedImage]
    var evaluation: DetectionEvaluation
    var loss: Double

    var averagePrecision: Double { evaluation.averagePrecision ?? 0 }
  }

  /// Little is gained by less confident predictions, and much time is lost.
  static let options = Detector.Options(confidenceMin: 0.01, iouMax: 0.6, detectionsMax: 100)

  func validate(
    _ network: DetectionNetwork, _ pixels: inout PixelStore, _ progress: inout TrainingProgress
  ) throws -> Outcome {
    let folded = try withoutGradients { () throws(ModelError) in try network.folded() }
    let grid = PointGrid(inputSide: inputSide)
    let loss = DetectionLoss(grid: grid, classes: classes)
    let decoder = DetectionDecoder(grid: grid, classes: classes)
    var results: [EvaluatedImage] = []
    var sums = DetectionLoss.Sums()
    for start in stride(from: 0, to: images.count, by: batchImages) {
      let batch = Array(images[start..<min(start + batchImages, images.count)])
      let bytes = try pixels.batch(batch)
      let output = try withoutGradients { () throws(ModelError) in
        try folded(EfficientNetLite0.normalized(bytes)).floats()
      }
      let (found, lost) = evaluate(output, batch, decoder, loss)
      results += found
      sums += lost
      try progress.advance(images: batch.count)
    }
    return Outcome(
      images: results, evaluation: DetectionEvaluation(of: results, classCount: classes),
      loss: sums.loss / sums.divisor)
  }

  private func evaluate(
    _ output: [Float], _ batch: [Int], _ decoder: DetectionDecoder, _ loss: DetectionLoss
  ) -> (found: [EvaluatedImage], lost: DetectionLoss.Sums) {
    let perImage = output.count / max(1, batch.count)
    var unused = [Float](repeating: 0, count: perImage)
    var sums = DetectionLoss.Sums()
    let found = output.withUnsafeBufferPointer { output -> [EvaluatedImage] in
      guard let base = output.baseAddress else { return [] }
      return batch.enumerated().map { index, image in
        let values = base + index * perImage
        let example = examples[image]
        let scene = DetectionAugmentation.whole(image, side: inputSide).scene(examples)
        unused.withUnsafeMutableBufferPointer { gradient in
          guard let gradient = gradient.baseAddress else { return }
          sums += loss.add(scene, values, gradient: gradient)
        }
        return EvaluatedImage(
          truths: example.truths,
          predictions: decoder.detections(
            values, size: (example.width, example.height), options: DetectionValidator.options))
      }
    }
    return (found, sums)
  }
}
