/// What one class gains and loses as less confident predictions are counted, at an IoU of 0.5.
public struct ConfidenceCurve: Sendable {
  /// What holds when every prediction at least so confident counts.
  public struct Point: Hashable, Sendable {
    /// The least confidence that counts.
    public let confidence: Double
    /// The part of the counted predictions that found an object.
    public let precision: Double
    /// The part of the objects that was found.
    public let recall: Double

    /// The harmonic mean of precision and recall (van Rijsbergen 1979); 0 where both are.
    public var f1: Double {
      precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
    }
  }

  /// By descending confidence, one for each confidence that occurs; empty without predictions.
  public let points: [Point]

  /// Measures a class over all images; nil if no image has an object of it.
  public init?(of images: [EvaluatedImage], classIndex: Int) {
    var rows: [Matching.Row] = []
    var truths = 0
    for image in images {
      let matching = Matching(
        Matching.Candidates(
          image, classIndex: classIndex, predictionsMax: DetectionEvaluation.predictionsMax),
        thresholds: [0.5], areas: DetectionEvaluation.Size.all.areas)
      rows += matching.rows
      truths += matching.countedTruths
    }
    guard truths > 0 else { return nil }
    rows.sort { $0.confidence > $1.confidence }
    var points: [Point] = []
    var right = 0.0
    var counted = 0.0
    for (index, row) in rows.enumerated() {
      if !row.isIgnored[0] {
        counted += 1
        if row.isMatched[0] { right += 1 }
      }
      let isLastOfEquals = index + 1 == rows.count || rows[index + 1].confidence < row.confidence
      guard isLastOfEquals, counted > 0 else { continue }
      points.append(
        Point(
          confidence: row.confidence, precision: right / counted, recall: right / Double(truths)))
    }
    self.points = points
  }
}

extension ConfidenceCurve {
  /// The confidence at which the mean of the classes' F1 is best, the highest of equals; 0 without
  /// predictions.
  public static func bestConfidence(of curves: [ConfidenceCurve]) -> Double {
    // Walks down through all confidences at once; at each, one class or more moves on.
    let steps = curves.enumerated()
      .flatMap { index, curve in curve.points.map { (index: index, point: $0) } }
      .sorted { $0.point.confidence > $1.point.confidence }
    var current = Array(repeating: 0.0, count: curves.count)
    var sum = 0.0
    var best = (sum: 0.0, confidence: 0.0)
    for (position, step) in steps.enumerated() {
      sum += step.point.f1 - current[step.index]
      current[step.index] = step.point.f1
      let isLastOfEquals =
        position + 1 == steps.count
        || steps[position + 1].point.confidence < step.point.confidence
      if isLastOfEquals, sum > best.sum + 1e-12 { best = (sum, step.point.confidence) }
    }
    return best.confidence
  }
}
