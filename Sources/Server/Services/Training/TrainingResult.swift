internal import API
internal import Codec
internal import Store

/// What a training has reached, checked: an engine's word is not trusted.
struct TrainingResult {
  let metrics: ModelMetrics
  let report: TrainingReport

  /// More epochs than any training may have, in two phases.
  static let epochsMax = 4_000
  /// Of the metrics and of the report, as messages: each goes to clients in one.
  static let messageBytesMax = 4 << 20

  /// - Throws: when what the engine states cannot be, or is not of this type of model.
  init(
    _ result: EngineTrainEvent.Result, type: ProjectType, of dataSet: FrozenDataSet
  ) throws(TrainingResultError) {
    guard let metrics = result.metrics, var report = result.report else { throw .missing }
    let names = dataSet.classNames
    switch (type, metrics.detection) {
    case (.classification, nil):
      guard report == TrainingReport(history: report.history), result.examples.isEmpty else {
        throw .otherKind
      }
      try metrics.check(classNames: names)
    case (.detection, let detection?):
      guard metrics.classes.isEmpty, metrics.confusion.isEmpty else { throw .otherKind }
      try detection.check(classNames: names)
      try report.checkDetection(classNames: names)
      report.detectionExamples = try Self.examples(result.examples, of: dataSet)
    case (.classification, _?), (.detection, nil), (.unspecified, _), (.unrecognized, _):
      throw .otherKind
    }
    guard metrics.loss.isFinite else { throw .loss(metrics.loss) }
    try checkCounts([metrics.topK, metrics.trainingImages, metrics.validationImages])
    try report.checkHistory()
    self.metrics = metrics
    self.report = report
  }

  private static func examples(
    _ examples: [EngineTrainEvent.Example], of dataSet: FrozenDataSet
  ) throws(TrainingResultError) -> [TrainingReport.DetectionExample] {
    guard examples.count <= TrainingReport.examplesMax else {
      throw .examples(count: examples.count, limit: TrainingReport.examplesMax)
    }
    return try examples.map { example throws(TrainingResultError) in
      try TrainingReport.DetectionExample(example, of: dataSet)
    }
  }
}

extension ModelMetrics {
  /// - Throws: when the figures are not of these classes, or a share is not within 0 to 1.
  func check(classNames: [String]) throws(TrainingResultError) {
    guard confusion.count == classNames.count * classNames.count else {
      throw .confusion(entries: confusion.count, classes: classNames.count)
    }
    guard classes.map(\.className) == classNames else {
      throw .classes(entries: classes.count, classes: classNames.count)
    }
    try checkShares([accuracy, topKAccuracy, macroF1])
    for entry in classes { try checkShares([entry.precision, entry.recall, entry.f1]) }
    try checkCounts(confusion + classes.map(\.support))
  }
}

extension TrainingReport {
  fileprivate func checkHistory() throws(TrainingResultError) {
    guard history.count <= TrainingResult.epochsMax else {
      throw .history(epochs: history.count, limit: TrainingResult.epochsMax)
    }
    try checkCounts(history.map(\.epoch))
    for epoch in history {
      try checkShares([
        epoch.validationAccuracy, epoch.validationMeanAveragePrecision,
        epoch.validationMeanAveragePrecision50,
      ])
      for case .some(let loss) in [epoch.loss, epoch.validationLoss, epoch.seconds]
      where !loss.isFinite { throw .loss(loss) }
    }
  }
}

/// - Throws: when one of the figures, where there is one, is not within 0 to 1.
func checkShares(_ shares: [Double?]) throws(TrainingResultError) {
  for case .some(let share) in shares where !(0...1).contains(share) { throw .share(share) }
}

/// - Throws: when one of the counts is below 0.
func checkCounts(_ counts: [Int32]) throws(TrainingResultError) {
  if let count = counts.first(where: { $0 < 0 }) { throw .count(count) }
}
