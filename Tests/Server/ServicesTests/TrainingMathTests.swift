import API
import Store
import Testing

@testable import Services

struct TrainingMathTests {
  private typealias Figures = EngineClassifierFigures

  @Test func `precision, recall and F1 come from the confusion matrix`() throws {
    let figures = Figures(
      accuracy: 0.8, topKAccuracy: 1, topK: 3, confusion: [3, 1, 0, /**/ 2, 4, 0, /**/ 0, 0, 0])
    let metrics = try TrainingResult(
      EngineTrainEvent.Result(
        trainingImages: 50, validationImages: 10, loss: 0.5, measured: .classifier(figures)),
      kind: .classification, of: FrozenDataSet(classNames: ["a", "b", "c"], examples: [])
    ).metrics
    #expect(metrics.classes.map(\.className) == ["a", "b", "c"])
    #expect(metrics.classes.map(\.support) == [4, 6, 0])
    #expect(metrics.classes.map(\.precision) == [3.0 / 5, 4.0 / 5, 0])
    #expect(metrics.classes.map(\.recall) == [3.0 / 4, 4.0 / 6, 0])
    #expect(metrics.classes.map(\.f1) == [6.0 / 9, 8.0 / 11, 0])
    #expect(abs(metrics.macroF1 - (6.0 / 9 + 8.0 / 11) / 2) < 1e-12)
    #expect(metrics.accuracy == 0.8 && metrics.loss == 0.5 && metrics.topK == 3)
    #expect(metrics.trainingImages == 50 && metrics.validationImages == 10)
  }

  @Test func `a result that cannot be is refused`() {
    let names = ["a", "b"]
    #expect(throws: TrainingResultError.confusion(entries: 3, classes: 2)) {
      try ModelMetrics(Figures(confusion: [1, 2, 3]), classNames: names)
    }
    #expect(throws: TrainingResultError.share(1.01)) {
      try ModelMetrics(Figures(accuracy: 1.01, confusion: [1, 0, 0, 1]), classNames: names)
    }
    #expect(throws: TrainingResultError.loss(.infinity)) {
      try TrainingResult(
        EngineTrainEvent.Result(
          loss: .infinity, measured: .classifier(Figures(confusion: [1, 0, 0, 1]))),
        kind: .classification, of: FrozenDataSet(classNames: names, examples: []))
    }
  }

  @Test func `progress is kept four times a second, and the first of each phase`() {
    var throttle = ProgressThrottle<Int>()
    let start = ContinuousClock.now
    var kept: [Int] = []
    for millisecond in 0..<1_000 where throttle.keeps(1, at: start + .milliseconds(millisecond)) {
      kept.append(millisecond)
    }
    #expect(kept == [0, 250, 500, 750])
    let nextPhase = throttle.keeps(2, at: start + .milliseconds(751))
    let tooSoon = throttle.keeps(2, at: start + .milliseconds(1_000))
    #expect(nextPhase && !tooSoon)
  }
}
