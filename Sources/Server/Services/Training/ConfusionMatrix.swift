/// Counts of images of class `row` taken for class `column`, row by row.
struct ConfusionMatrix {
  private let counts: [UInt64]
  private let classCount: Int

  init(_ counts: [UInt64], classCount: Int) {
    precondition(counts.count == classCount * classCount, "a confusion matrix is square")
    self.counts = counts
    self.classCount = classCount
  }

  /// Images of the class.
  func support(of index: Int) -> UInt64 {
    (0..<classCount).reduce(0) { $0 &+ counts[index * classCount + $1] }
  }

  /// Images taken for the class.
  func predicted(as index: Int) -> UInt64 {
    (0..<classCount).reduce(0) { $0 &+ counts[$1 * classCount + index] }
  }

  /// Of the images taken for the class, the share that is of it.
  func precision(of index: Int) -> Double { share(right(of: index), predicted(as: index)) }

  /// Of the images of the class, the share that was taken for it.
  func recall(of index: Int) -> Double { share(right(of: index), support(of: index)) }

  /// The harmonic mean of precision and recall.
  func f1(of index: Int) -> Double {
    share(2 &* right(of: index), support(of: index) &+ predicted(as: index))
  }

  private func right(of index: Int) -> UInt64 { counts[index * classCount + index] }

  private func share(_ part: UInt64, _ whole: UInt64) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}
