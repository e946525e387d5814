internal import API
internal import BoxMetrics
internal import Model

// What a detector's training has reached, in the words of the engine's contract.

extension TrainingTask.Outcome {
  init(_ report: DetectionReport, of set: DetectionSet) {
    self.init(
      trainingImages: report.trainingImages, validationImages: report.validationImages,
      architecture: report.description.architecture, inputSide: report.description.inputSide,
      validated: report.epochs.map { epoch in
        API.TrainingReport.Epoch(
          phase: .fineTuning, epoch: UInt32(clamping: epoch.number), loss: epoch.trainingLoss,
          validationLoss: epoch.validationLoss, validationMap: epoch.averagePrecision,
          validationMap50: epoch.averagePrecision50)
      },
      measured: .detector(EngineDetectorFigures(report, of: set)))
  }
}

extension EngineDetectorFigures {
  init(_ report: DetectionReport, of set: DetectionSet) {
    let figures = report.evaluation
    let counts = ConfusionCounts(report.confusion)
    let boxes = set.examples.reduce(0) { $0 + $1.truths.count } - report.boxesLeftOut
    self.init(
      map: figures.averagePrecision, map50: figures.averagePrecision50,
      map75: figures.averagePrecision75, mapSmall: figures.averagePrecisionSmall,
      mapMedium: figures.averagePrecisionMedium, mapLarge: figures.averagePrecisionLarge,
      averageRecall1: figures.averageRecall1, averageRecall10: figures.averageRecall10,
      averageRecall100: figures.averageRecall100,
      classes: set.classes.indices.map {
        Class(report, index: $0, objects: counts.objects(of: $0))
      },
      confidenceBest: report.bestConfidence, precision: counts.precision, recall: counts.recall,
      f1: counts.f1, trainingObjects: UInt64(clamping: boxes - counts.objects),
      validationObjects: UInt64(clamping: counts.objects),
      confusion: report.confusion.counts.flatMap { $0.map { UInt64(clamping: $0) } },
      examples: report.samples.map(Example.init), boxesLeftOut: UInt64(report.boxesLeftOut))
  }
}

extension EngineDetectorFigures.Class {
  init(_ report: DetectionReport, index: Int, objects: Int) {
    let curve = report.curves[index]
    let point = curve?.points.last { $0.confidence >= report.bestConfidence }
    self.init(
      averagePrecision: report.evaluation.classAveragePrecisions[index],
      averagePrecision50: report.evaluation.classAveragePrecisions50[index],
      averageRecall: report.evaluation.classRecalls[index], precision: point?.precision ?? 0,
      recall: point?.recall ?? 0, f1: point?.f1 ?? 0, objects: UInt64(clamping: objects),
      precisions: curve?.sampledPrecisions ?? [])
  }
}

extension EngineDetectorFigures.Example {
  /// Objects found that one example shows.
  static let objectsMax = 100

  init(_ sample: DetectionReport.Sample) {
    let best = sample.content.predictions.sorted { $0.confidence > $1.confidence }
    self.init(
      index: UInt32(sample.image),
      objects: best.prefix(Self.objectsMax).map(EngineDetectedObject.init))
  }
}

extension EngineDetectedObject {
  init(_ found: EvaluatedImage.Prediction) {
    self.init(
      box: EngineBox(
        classIndex: UInt32(found.classIndex), xMin: found.box.xMin, yMin: found.box.yMin,
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

/// Precision and recall over the objects of all classes, by what was taken for what.
struct ConfusionCounts {
  private let counts: [[Int]]
  private let found: Int

  init(_ confusion: DetectionConfusion) {
    counts = confusion.counts
    found = counts.indices.dropLast().reduce(0) { $0 + confusion.counts[$1][$1] }
  }

  /// Without the background's.
  var objects: Int { counts.dropLast().reduce(0) { $0 + $1.reduce(0, +) } }

  func objects(of classIndex: Int) -> Int { counts[classIndex].reduce(0, +) }

  var precision: Double { share(found, counts.reduce(0) { $0 + $1.dropLast().reduce(0, +) }) }

  var recall: Double { share(found, objects) }

  var f1: Double {
    precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
  }

  private func share(_ part: Int, _ whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}
