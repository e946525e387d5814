internal import API
internal import BoxMetrics
internal import Model

// What a detector's training has reached, in the terms of the contract.

extension EngineTrainEvent.Result {
  /// `boxes` are all that the training was given.
  init(_ report: DetectionReport, boxes: Int) {
    let metrics = ModelMetrics(
      trainingImages: Int32(report.trainingImages),
      validationImages: Int32(report.validationImages), loss: report.epochs.last?.loss ?? 0,
      detection: DetectionMetrics(report, boxes: boxes))
    self.init(
      architecture: DetectorDescription.architecture,
      inputSide: Int32(report.description.inputSide), metrics: metrics,
      report: TrainingReport(report), examples: report.samples.map { .init($0) })
  }
}

extension DetectionMetrics {
  init(_ report: DetectionReport, boxes: Int) {
    let figures = report.evaluation
    let counts = report.confusion
    self.init(
      meanAveragePrecision: figures.averagePrecision,
      meanAveragePrecision50: figures.averagePrecision50,
      meanAveragePrecision75: figures.averagePrecision75,
      meanAveragePrecisionSmall: figures.averagePrecisionSmall,
      meanAveragePrecisionMedium: figures.averagePrecisionMedium,
      meanAveragePrecisionLarge: figures.averagePrecisionLarge,
      averageRecall1: figures.averageRecall1, averageRecall10: figures.averageRecall10,
      averageRecall100: figures.averageRecall100,
      classes: report.description.classes.indices.map {
        ClassMetrics(report, index: $0, objects: counts.objects(of: $0))
      },
      confidenceBest: report.description.bestConfidence, precision: counts.precision,
      recall: counts.recall, f1: counts.f1,
      trainingObjects: Int32(clamping: boxes - report.boxesLeftOut - counts.objects),
      validationObjects: Int32(counts.objects), boxesLeftOut: Int32(report.boxesLeftOut))
  }
}

extension DetectionMetrics.ClassMetrics {
  init(_ report: DetectionReport, index: Int, objects: Int) {
    let best = report.description.bestConfidence
    let point = report.curves[index]?.points.last { $0.confidence >= best }
    self.init(
      className: report.description.classes[index],
      averagePrecision: report.evaluation.classAveragePrecisions[index],
      averagePrecision50: report.evaluation.classAveragePrecisions50[index],
      averageRecall: report.evaluation.classRecalls[index], precision: point?.precision ?? 0,
      recall: point?.recall ?? 0, f1: point?.f1 ?? 0, objects: Int32(objects))
  }
}

extension TrainingReport {
  init(_ report: DetectionReport) {
    let names = report.description.classes
    self.init(
      history: report.epochs.map { Epoch($0) },
      confusion: Confusion(
        classNames: names, counts: report.confusion.counts.flatMap { $0.map { Int32($0) } },
        hasBackground: true),
      precisionRecall: zip(names, report.curves).compactMap { name, curve in
        curve.map { PrecisionRecallCurve(className: name, precisions: $0.sampledPrecisions) }
      })
  }
}

extension TrainingReport.Epoch {
  init(_ epoch: TrainedEpoch) {
    self.init(
      phase: TrainingPhase(epoch.phase), epoch: Int32(clamping: epoch.number), loss: epoch.loss,
      validationLoss: epoch.validationLoss, validationAccuracy: epoch.validationAccuracy,
      validationMeanAveragePrecision: epoch.averagePrecision,
      validationMeanAveragePrecision50: epoch.averagePrecision50,
      seconds: epoch.seconds)
  }
}

extension EngineTrainEvent.Example {
  /// Objects found that one example shows.
  static let objectsMax = 100

  init(_ sample: DetectionReport.Sample) {
    let best = sample.content.predictions.sorted { $0.confidence > $1.confidence }
    self.init(
      index: Int32(sample.image),
      objects: best.prefix(Self.objectsMax).map(EngineDetectedObject.init))
  }
}

extension EngineDetectedObject {
  init(_ found: EvaluatedImage.Prediction) {
    self.init(
      box: EngineBox(
        classIndex: Int32(found.classIndex), xMin: found.box.xMin, yMin: found.box.yMin,
        xMax: found.box.xMax, yMax: found.box.yMax),
      confidence: found.confidence)
  }
}

extension ConfidenceCurve {
  /// At recalls of 0, 0.01, to 1: the best precision with at least that recall, 0 where there is
  /// none.
  var sampledPrecisions: [Double] {
    var rest = points[...]
    var best = 0.0
    let falling = (0...100).reversed().map { hundredths in
      while let last = rest.last, last.recall >= Double(hundredths) / 100 {
        best = max(best, last.precision)
        rest.removeLast()
      }
      return best
    }
    return falling.reversed()
  }
}

// Precision and recall over the objects of all classes, by what was taken for what.
extension DetectionConfusion {
  /// Objects that are there, without the background's row.
  fileprivate var objects: Int { counts.dropLast().joined().reduce(0, +) }

  fileprivate func objects(of classIndex: Int) -> Int { counts[classIndex].reduce(0, +) }

  private var found: Int { counts.indices.dropLast().reduce(0) { $0 + counts[$1][$1] } }

  fileprivate var precision: Double {
    share(found, counts.reduce(0) { $0 + $1.dropLast().reduce(0, +) })
  }

  fileprivate var recall: Double { share(found, objects) }

  fileprivate var f1: Double {
    precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
  }

  private func share(_ part: Int, _ whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}
