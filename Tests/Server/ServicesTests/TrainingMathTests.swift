import API
import Store
import Testing

@testable import Services

struct TrainingMathTests {
  private static let names = ["a", "b"]
  private static let metrics = ModelMetrics(
    accuracy: 0.8, topKAccuracy: 1, topK: 2, macroF1: 0.5,
    classes: names.map { .init(className: $0, precision: 1, recall: 0.5, f1: 0.75, support: 5) },
    confusion: [4, 1, 1, 4], trainingImages: 50, validationImages: 10, loss: 0.5)

  private static let hash: ObjectHash = {
    guard let hash = ObjectHash(hex: String(repeating: "07", count: 32)) else {
      preconditionFailure("64 digits are a hash")
    }
    return hash
  }()
  private static let image = TrainingExample(
    object: hash,
    label: .boxes([.init(classIndex: 1, xMin: 1, yMin: 2, xMax: 3, yMax: 4)]), group: 0, width: 64,
    height: 48)
  private static let detector = EngineTrainEvent.Result(
    metrics: ModelMetrics(
      loss: 1,
      detection: DetectionMetrics(
        meanAveragePrecision: 0.5, classes: names.map { .init(className: $0) })),
    report: TrainingReport(
      confusion: .init(classNames: names, counts: Array(0..<9), hasBackground: true),
      precisionRecall: [.init(className: "b", precisions: Array(repeating: 0.5, count: 101))]),
    examples: [
      .init(
        objects: [
          .init(
            box: .init(classIndex: 0, xMin: 1, yMin: 2, xMax: 3, yMax: 4), confidence: 0.5)
        ])
    ])

  private func result(
    _ result: EngineTrainEvent.Result, type: ProjectType
  ) throws -> TrainingResult {
    try TrainingResult(
      result, type: type,
      of: FrozenDataSet(
        classNames: Self.names, examples: type == .detection ? [Self.image] : []))
  }

  @Test func `what an engine has measured of a classifier is kept as it is`() throws {
    let history = [TrainingReport.Epoch(phase: .head, epoch: 1, loss: 0.5)]
    let kept = try result(
      EngineTrainEvent.Result(metrics: Self.metrics, report: .init(history: history)),
      type: .classification)
    #expect(kept.metrics == Self.metrics && kept.report == TrainingReport(history: history))
  }

  private static let faultyMetrics:
    [(TrainingResultError, @Sendable (inout ModelMetrics) -> Void)] = [
      (TrainingResultError.confusion(entries: 3, classes: 2), { $0.confusion = [1, 2, 3] }),
      (.classes(entries: 2, classes: 2), { $0.classes[1].className = "c" }),
      (.classes(entries: 1, classes: 2), { $0.classes.removeLast() }),
      (.share(1.01), { $0.accuracy = 1.01 }), (.share(-0.1), { $0.classes[0].recall = -0.1 }),
      (.loss(.infinity), { $0.loss = .infinity }),
      (.count(-1), { $0.validationImages = -1 }), (.count(-2), { $0.confusion[3] = -2 }),
      (.count(.min), { $0.classes[1].support = .min }),
      (.otherKind, { $0.detection = DetectionMetrics() }),
    ]

  @Test(arguments: faultyMetrics)
  func `a result that cannot be is refused`(
    error: TrainingResultError, change: @Sendable (inout ModelMetrics) -> Void
  ) {
    var metrics = Self.metrics
    change(&metrics)
    #expect(throws: error) {
      try result(
        EngineTrainEvent.Result(metrics: metrics, report: TrainingReport()), type: .classification)
    }
  }

  @Test func `a detector's examples get what the data set says of their images`() throws {
    let report = try result(Self.detector, type: .detection).report
    let example = try #require(report.detectionExamples.first)
    #expect(example.imageId == Self.image.object.hex)
    #expect(example.imageWidth == 64 && example.imageHeight == 48)
    #expect(example.truths == [.init(xMin: 1, yMin: 2, xMax: 3, yMax: 4, className: "b")])
    #expect(example.objects.map(\.className) == ["a"])
    #expect(report.confusion == Self.detector.report?.confusion)
  }

  private static let faultyResults:
    [(TrainingResultError, @Sendable (inout EngineTrainEvent.Result) -> Void)] = [
      (TrainingResultError.otherKind, { $0.metrics?.detection = nil }),
      (.otherKind, { $0.metrics?.confusion = [1] }), (.missing, { $0.report = nil }),
      (.share(2), { $0.metrics?.detection?.classes[1].f1 = 2 }),
      (.classes(entries: 1, classes: 2), { $0.metrics?.detection?.classes.removeLast() }),
      (.confusion(entries: 0, classes: 2), { $0.report?.confusion = nil }),
      (.classes(entries: 1, classes: 2), { $0.report?.precisionRecall[0].className = "c" }),
      (.curve(points: 100, limit: 101), { $0.report?.precisionRecall[0].precisions.removeLast() }),
      (.examples(count: 17, limit: 16), { $0.examples = Array(repeating: .init(), count: 17) }),
      (
        .examples(count: 101, limit: 100),
        { $0.examples[0].objects = Array(repeating: .init(), count: 101) }
      ),
      (.exampleIndex(1, examples: 1), { $0.examples[0].index = 1 }),
      (.object, { $0.examples[0].objects[0].confidence = 2 }),
      (
        .history(epochs: 4_001, limit: 4_000),
        { $0.report?.history = Array(repeating: .init(), count: 4_001) }
      ),
    ]

  @Test(arguments: faultyResults)
  func `a detector's result that cannot be is refused`(
    error: TrainingResultError, change: @Sendable (inout EngineTrainEvent.Result) -> Void
  ) {
    var changed = Self.detector
    change(&changed)
    #expect(throws: error) { try result(changed, type: .detection) }
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
