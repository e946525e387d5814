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

  /// By the formula, with z = 1.959964: 8 of 10, and the edges.
  @Test(arguments: [
    (8, 10, 0.490162, 0.943318), (0, 10, 0, 0.277533), (10, 10, 0.722467, 1), (0, 0, 0, 1),
  ])
  func `the Wilson interval`(successes: Int, count: Int, low: Double, high: Double) {
    let interval = Evaluation.wilsonInterval(successes: successes, of: count)
    #expect(abs(interval.lowerBound - low) < 1e-6)
    #expect(abs(interval.upperBound - high) < 1e-6)
  }

  @Test func `equal probabilities rank in the order of classes`() {
    #expect(Evaluation.ranking([0.2, 0.4, 0.4]) == [1, 2, 0])
  }

  @Test func `an evaluation of nothing has only zeros`() {
    let nothing = Evaluation(probabilities: [], truth: [], classes: 2)
    #expect(nothing.accuracy == 0)
    #expect(nothing.macroF1 == 0)
    #expect(nothing.accuracyInterval == 0...1)
  }
}
