/// Which predictions of one class in one image found which objects, at each IoU threshold.
///
/// The rules are those of the COCO evaluation (Lin et al. 2014, https://cocodataset.org/#detection-eval):
/// predictions choose in the order of their confidence, each takes the free object that it overlaps
/// most, and objects that do not count, because they are crowds or of another size, are taken only
/// when no other is left.
struct Matching {
  /// One prediction, by descending confidence.
  struct Row {
    let confidence: Double
    /// By threshold: whether it found an object.
    var isMatched: [Bool]
    /// By threshold: whether it counts neither as right nor as wrong.
    var isIgnored: [Bool]
  }

  var rows: [Row]
  /// The objects that are to be found.
  let countedTruths: Int

  /// Predictions of one class in one image with what they overlap, shared by all ranges of sizes.
  struct Candidates {
    let truths: [EvaluatedImage.Truth]
    /// By descending confidence, at most `predictionsMax`; the order of equals is kept.
    let predictions: [EvaluatedImage.Prediction]
    /// By prediction and truth.
    let overlaps: [[Double]]

    init(_ image: EvaluatedImage, classIndex: Int, predictionsMax: Int) {
      let truths = image.truths.filter { $0.classIndex == classIndex }
      let predictions =
        image.predictions.filter { $0.classIndex == classIndex }
        .sorted { $0.confidence > $1.confidence }.prefix(predictionsMax)
      self.truths = truths
      self.predictions = Array(predictions)
      overlaps = predictions.map { prediction in
        truths.map {
          $0.isCrowd
            ? prediction.box.coverage(by: $0.box) : prediction.box.overlap(with: $0.box)
        }
      }
    }

    var isEmpty: Bool { truths.isEmpty && predictions.isEmpty }
  }

  init(_ candidates: Candidates, thresholds: [Double], areas: ClosedRange<Double>) {
    let ignored = candidates.truths.map { $0.isCrowd || !areas.contains($0.area) }
    // Those that count come first: a prediction looks at the others only when none of these fits.
    let order =
      candidates.truths.indices.filter { !ignored[$0] }
      + candidates.truths.indices.filter { ignored[$0] }
    countedTruths = ignored.count { !$0 }
    rows = candidates.predictions.map { prediction in
      Row(
        confidence: prediction.confidence,
        isMatched: Array(repeating: false, count: thresholds.count),
        isIgnored: Array(
          repeating: !areas.contains(prediction.box.area), count: thresholds.count))
    }
    for (column, threshold) in thresholds.enumerated() {
      var isTaken = Array(repeating: false, count: candidates.truths.count)
      for row in rows.indices {
        var best: Int?
        var bestOverlap = min(threshold, 1 - 1e-10)
        for truth in order where !isTaken[truth] || candidates.truths[truth].isCrowd {
          if let best, !ignored[best], ignored[truth] { break }
          let overlap = candidates.overlaps[row][truth]
          if overlap >= bestOverlap {
            bestOverlap = overlap
            best = truth
          }
        }
        guard let best else { continue }
        isTaken[best] = true
        rows[row].isMatched[column] = true
        rows[row].isIgnored[column] = ignored[best]
      }
    }
  }
}
