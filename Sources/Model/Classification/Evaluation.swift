/// How well predictions meet the truth.
///
/// Figures whose denominator is zero, such as the precision of a class never predicted, are 0.
package struct Evaluation: Sendable, Equatable {
  /// Counts by true class, then by predicted class.
  package let confusion: [[Int]]
  /// How often the true class was among the k most probable, for k from 1.
  private let rankCounts: [Int]

  /// Compares the probabilities, for each image and each class, to the true class of each image.
  package init(probabilities: [[Float]], truth: [Int], classes: Int) {
    precondition(probabilities.count == truth.count, "one prediction for each image")
    var confusion = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    var ranks = Array(repeating: 0, count: classes)
    for (values, label) in zip(probabilities, truth) {
      let order = Evaluation.ranking(values)
      confusion[label][order[0]] += 1
      if let rank = order.firstIndex(of: label) { ranks[rank] += 1 }
    }
    self.confusion = confusion
    rankCounts = ranks
  }

  /// The classes by falling probability.
  package static func ranking(_ probabilities: [Float]) -> [Int] {
    probabilities.indices.sorted { a, b in
      probabilities[a] == probabilities[b] ? a < b : probabilities[a] > probabilities[b]
    }
  }

  package var count: Int { rankCounts.reduce(0, +) }

  package var accuracy: Double { topAccuracy(1) }

  /// The share of images whose true class was among the `k` most probable.
  package func topAccuracy(_ k: Int) -> Double {
    Evaluation.ratio(rankCounts.prefix(k).reduce(0, +), count)
  }

  /// What one class's figures are.
  package struct ClassFigures: Sendable, Equatable {
    /// Images that are truly of the class.
    package var support: Int
    /// How many of those predicted to be of the class are.
    package var precision: Double
    /// How many of those that are of the class were predicted to be.
    package var recall: Double
    /// The harmonic mean of the two.
    package var f1: Double
  }

  package var classFigures: [ClassFigures] {
    confusion.indices.map { label in
      let hits = confusion[label][label]
      let support = confusion[label].reduce(0, +)
      let predicted = confusion.reduce(0) { $0 + $1[label] }
      return ClassFigures(
        support: support,
        precision: Evaluation.ratio(hits, predicted),
        recall: Evaluation.ratio(hits, support),
        f1: Evaluation.ratio(2 * hits, support + predicted))
    }
  }

  /// The mean of the F1 of those classes that have images, each counting the same however rare it is.
  package var macroF1: Double {
    let supported = classFigures.filter { $0.support > 0 }
    return supported.reduce(0) { $0 + $1.f1 } / Double(max(1, supported.count))
  }

  private static func ratio(_ part: Int, _ whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}
