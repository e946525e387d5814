internal import BoxMetrics

/// What people want to see of a validation beside COCO's figures.
struct DetectionSummary {
  let curves: [ConfidenceCurve?]
  let bestConfidence: Double
  let confusion: DetectionConfusion

  static let samplesMax = 16

  init(_ images: [EvaluatedImage], classes: Int) {
    curves = (0..<classes).map { ConfidenceCurve(of: images, classIndex: $0) }
    bestConfidence = ConfidenceCurve.bestConfidence(of: curves.compactMap { $0 })
    confusion = DetectionConfusion(of: images, classCount: classes, confidence: bestConfidence)
  }

  /// Images for a contact sheet, those with objects first; `numbers` are theirs in the set.
  func samples(_ images: [EvaluatedImage], numbers: [Int]) -> [DetectionReport.Sample] {
    let all = zip(numbers, images).map { number, image in
      DetectionReport.Sample(
        image: number,
        content: EvaluatedImage(
          truths: image.truths,
          predictions: image.predictions.filter { $0.confidence >= bestConfidence }))
    }
    let ordered =
      all.filter { !$0.content.truths.isEmpty } + all.filter { $0.content.truths.isEmpty }
    return Array(ordered.prefix(DetectionSummary.samplesMax))
  }
}
