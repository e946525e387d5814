/// Precision and recall of one class over all images, as the confidence that counts is lowered.
struct PrecisionRecall {
  /// Recalls at which COCO samples the precision: 0, 0.01, … 1.
  ///
  /// Multiplied, not divided: a recall that equals a sample must fall on the side it falls on there.
  static let sampledRecalls = (0..<100).map { Double($0) * 0.01 } + [1]

  /// At each sampled recall the best precision with at least that recall; 0 where it is not reached.
  let sampledPrecisions: [Double]
  /// The part of the objects that was found in the end.
  let recall: Double

  /// Counts what matched at the threshold of `column`.
  ///
  /// - Parameters:
  ///   - rows: by descending confidence.
  ///   - column: an index of the thresholds that the rows were matched at.
  ///   - truths: the number of objects to find, at least 1.
  init(_ rows: [Matching.Row], column: Int, truths: Int) {
    var precisions: [Double] = []
    var recalls: [Double] = []
    var right = 0.0
    var wrong = 0.0
    for row in rows where !row.isIgnored[column] {
      if row.isMatched[column] { right += 1 } else { wrong += 1 }
      precisions.append(right / (right + wrong))
      recalls.append(right / Double(truths))
    }
    recall = recalls.last ?? 0
    for index in precisions.indices.dropFirst().reversed() {
      precisions[index - 1] = max(precisions[index - 1], precisions[index])
    }
    var index = 0
    sampledPrecisions = Self.sampledRecalls.map { sampled in
      while index < recalls.count, recalls[index] < sampled { index += 1 }
      return index < precisions.count ? precisions[index] : 0
    }
  }

  /// The mean of the sampled precisions: the area under the curve.
  var averagePrecision: Double {
    sampledPrecisions.reduce(0, +) / Double(sampledPrecisions.count)
  }
}
