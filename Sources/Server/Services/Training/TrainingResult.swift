internal import API
internal import Codec
internal import Store

/// What a training has reached, checked and in the terms of the contract.
struct TrainingResult {
  let quality: ModelQuality
  let metrics: ModelMetrics
  let report: TrainingReport

  /// - Throws: when what the engine states cannot be, or is not of this kind of model.
  init(
    _ result: EngineTrainEvent.Result, kind: ProjectKind, of dataSet: FrozenDataSet
  ) throws(TrainingResultError) {
    guard result.loss.isFinite else { throw .loss(result.loss) }
    var metrics: ModelMetrics
    var report: TrainingReport
    switch (kind, result.measured) {
    case (.classification, .classifier(let figures)):
      metrics = try ModelMetrics(figures, classNames: dataSet.classNames)
      report = TrainingReport()
      quality = .classification(accuracy: figures.accuracy)
    case (.detection, .detector(let figures)):
      metrics = ModelMetrics(
        detection: try DetectionMetrics(figures, classNames: dataSet.classNames))
      report = try TrainingReport(figures, of: dataSet)
      quality = .detection(averagePrecision: figures.map, averagePrecision50: figures.map50)
    case (.classification, .detector), (.detection, .classifier), (_, nil):
      throw .otherKind
    }
    metrics.trainingImages = result.trainingImages
    metrics.validationImages = result.validationImages
    metrics.loss = result.loss
    try Self.check(result.history)
    report.history = result.history
    self.metrics = metrics
    self.report = report
  }

  /// More epochs than any training may have, in two phases.
  static let epochsMax = 4_000

  private static func check(_ history: [TrainingReport.Epoch]) throws(TrainingResultError) {
    guard history.count <= epochsMax else {
      throw .history(epochs: history.count, limit: epochsMax)
    }
    for epoch in history {
      try checkShares([epoch.validationAccuracy, epoch.validationMap, epoch.validationMap50])
      for case .some(let loss) in [epoch.loss, epoch.validationLoss, epoch.seconds]
      where !loss.isFinite { throw .loss(loss) }
    }
  }
}
