/// Which classes a detector takes for which, and what it misses or invents.
public struct DetectionConfusion: Hashable, Sendable {
  /// How often an object of the class of the row was found as one of the class of the column.
  ///
  /// The last row stands for background taken for an object, the last column for missed objects.
  public let counts: [[Int]]

  /// Counts predictions of at least `confidence`.
  ///
  /// The most confident prediction takes the free object, of whatever class, that it overlaps most,
  /// by an IoU of `overlapMin` or more. Crowds, and what lies in them, are left out.
  public init(
    of images: [EvaluatedImage], classCount: Int, confidence: Double, overlapMin: Double = 0.5
  ) {
    var counts = Array(repeating: Array(repeating: 0, count: classCount + 1), count: classCount + 1)
    let known = 0..<classCount
    for image in images {
      let truths = image.truths.filter { !$0.isCrowd && known.contains($0.classIndex) }
      let crowds = image.truths.filter(\.isCrowd)
      var isFree = Array(repeating: true, count: truths.count)
      let predictions =
        image.predictions.filter { $0.confidence >= confidence && known.contains($0.classIndex) }
        .sorted { $0.confidence > $1.confidence }
      for prediction in predictions {
        let found = truths.indices.filter { isFree[$0] }
          .map { (truth: $0, overlap: truths[$0].box.overlap(with: prediction.box)) }
          .filter { $0.overlap >= overlapMin }
          .max { $0.overlap < $1.overlap }
        if let found {
          isFree[found.truth] = false
          counts[truths[found.truth].classIndex][prediction.classIndex] += 1
        } else if !crowds.contains(where: { prediction.box.coverage(by: $0.box) >= overlapMin }) {
          counts[classCount][prediction.classIndex] += 1
        }
      }
      for (truth, free) in zip(truths, isFree) where free {
        counts[truth.classIndex][classCount] += 1
      }
    }
    self.counts = counts
  }
}
