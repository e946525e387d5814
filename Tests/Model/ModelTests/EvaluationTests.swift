import Testing

@testable import Model

struct EvaluationTests {
  /// Three classes; worked out by hand.
  ///
  ///     true  predicted  second
  ///     0     0          1
  ///     0     1          0
  ///     1     1          0
  ///     1     1          2
  ///     2     0          1
  static let evaluation = Evaluation(
    probabilities: [
      [0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.2, 0.7, 0.1], [0.1, 0.6, 0.3], [0.5, 0.3, 0.2],
    ], truth: [0, 0, 1, 1, 2], classes: 3)

  @Test func `the confusion matrix counts true by predicted class`() {
    #expect(Self.evaluation.confusion == [[1, 1, 0], [0, 2, 0], [1, 0, 0]])
  }

  @Test func `accuracy and top k count ranks`() {
    #expect(Self.evaluation.count == 5)
    #expect(abs(Self.evaluation.accuracy - 3.0 / 5) < 1e-12)
    #expect(abs(Self.evaluation.topAccuracy(2) - 4.0 / 5) < 1e-12)
    #expect(abs(Self.evaluation.topAccuracy(3) - 1) < 1e-12)
    #expect(abs(Self.evaluation.topAccuracy(9) - 1) < 1e-12)
  }

  @Test func `precision, recall and F1 of each class`() {
    let figures = Self.evaluation.classFigures
    #expect(figures.map(\.support) == [2, 2, 1])
    #expect(figures[0] == .init(support: 2, precision: 0.5, recall: 0.5, f1: 0.5))
    #expect(figures[1] == .init(support: 2, precision: 2.0 / 3, recall: 1, f1: 0.8))
    #expect(figures[2] == .init(support: 1, precision: 0, recall: 0, f1: 0))
    #expect(abs(Self.evaluation.macroF1 - 1.3 / 3) < 1e-12)
  }

  @Test func `a class that no image is of has only zeros, and no part in the mean`() {
    let confusion = [[3, 1, 0], [2, 4, 0], [0, 0, 0]]
    var rows: [(truth: Int, found: Int)] = []
    for truth in 0..<3 {
      for found in 0..<3 {
        rows += Array(repeating: (truth, found), count: confusion[truth][found])
      }
    }
    let evaluation = Evaluation(
      probabilities: rows.map { row in (0..<3).map { $0 == row.found ? 1 : 0 } },
      truth: rows.map(\.truth), classes: 3)
    #expect(evaluation.confusion == confusion)
    #expect(evaluation.classFigures.map(\.support) == [4, 6, 0])
    #expect(evaluation.classFigures.map(\.precision) == [3.0 / 5, 4.0 / 5, 0])
    #expect(evaluation.classFigures.map(\.recall) == [3.0 / 4, 4.0 / 6, 0])
    #expect(evaluation.classFigures.map(\.f1) == [6.0 / 9, 8.0 / 11, 0])
    #expect(abs(evaluation.macroF1 - (6.0 / 9 + 8.0 / 11) / 2) < 1e-12)
  }

  @Test func `equal probabilities rank in the order of classes`() {
    #expect(Evaluation.ranking([0.2, 0.4, 0.4]) == [1, 2, 0])
  }

  @Test func `an evaluation of nothing has only zeros`() {
    let nothing = Evaluation(probabilities: [], truth: [], classes: 2)
    #expect(nothing.accuracy == 0)
    #expect(nothing.macroF1 == 0)
  }
}
