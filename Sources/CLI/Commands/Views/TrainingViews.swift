import API

struct MetricsView: Encodable {
  struct ClassMetricsView: Encodable {
    let `class`: String
    let precision: Double
    let recall: Double
    let f1: Double
    let support: UInt64
  }

  let accuracy: Double
  let topKAccuracy: Double
  let topK: UInt32
  let macroF1: Double
  let loss: Double
  let trainingImages: UInt64
  let validationImages: UInt64
  let classes: [ClassMetricsView]
  /// A row for each true class, a column for each answered one.
  let confusion: [[UInt64]]
  /// Of detectors, where the figures of classifiers are 0.
  let detection: DetectionMetricsView?

  init(_ metrics: ModelMetrics) {
    accuracy = metrics.accuracy
    topKAccuracy = metrics.topKAccuracy
    topK = metrics.topK
    macroF1 = metrics.macroF1
    loss = metrics.loss
    trainingImages = metrics.trainingImages
    validationImages = metrics.validationImages
    classes = metrics.classes.map {
      ClassMetricsView(
        class: $0.className, precision: $0.precision, recall: $0.recall, f1: $0.f1,
        support: $0.support)
    }
    detection = metrics.detection.map(DetectionMetricsView.init)
    let side = metrics.classes.count
    let isSquare = metrics.confusion.count == side * side
    confusion =
      !isSquare
      ? []
      : (0..<side).map { row in
        Array(metrics.confusion[row * side..<(row + 1) * side])
      }
  }
}

struct DetectionMetricsView: Encodable {
  struct ClassView: Encodable {
    let `class`: String
    let averagePrecision: Double?
    let averagePrecision50: Double?
    let averageRecall: Double?
    let precision: Double
    let recall: Double
    let f1: Double
    let objects: UInt64
  }

  let map: Double?
  let map50: Double?
  let map75: Double?
  let mapSmall: Double?
  let mapMedium: Double?
  let mapLarge: Double?
  let averageRecall100: Double?
  let confidenceBest: Double
  let precision: Double
  let recall: Double
  let f1: Double
  let classes: [ClassView]
  let trainingObjects: UInt64
  let validationObjects: UInt64
  let boxesLeftOut: UInt64

  init(_ metrics: DetectionMetrics) {
    map = metrics.map
    map50 = metrics.map50
    map75 = metrics.map75
    mapSmall = metrics.mapSmall
    mapMedium = metrics.mapMedium
    mapLarge = metrics.mapLarge
    averageRecall100 = metrics.averageRecall100
    confidenceBest = metrics.confidenceBest
    precision = metrics.precision
    recall = metrics.recall
    f1 = metrics.f1
    classes = metrics.classes.map {
      ClassView(
        class: $0.className, averagePrecision: $0.averagePrecision,
        averagePrecision50: $0.averagePrecision50, averageRecall: $0.averageRecall,
        precision: $0.precision, recall: $0.recall, f1: $0.f1, objects: $0.objects)
    }
    trainingObjects = metrics.trainingObjects
    validationObjects = metrics.validationObjects
    boxesLeftOut = metrics.boxesLeftOut
  }
}

struct ParametersView: Encodable {
  let epochs: UInt32
  let seed: UInt64
  let timeBudgetSeconds: UInt32
  let validationFraction: Double
  let inputSide: UInt32
  let headOnly: Bool
  let noFlip: Bool

  init(_ parameters: TrainingParameters) {
    epochs = parameters.epochs
    seed = parameters.seed
    timeBudgetSeconds = parameters.timeBudgetSeconds
    validationFraction = parameters.validationFraction
    inputSide = parameters.inputSide
    headOnly = parameters.headOnly
    noFlip = parameters.noFlip
  }
}

struct TrainingJobView: Encodable {
  let project: String
  let number: UInt32
  let state: String
  let reason: String
  let images: UInt64
  let dataSetHash: String
  let created: String
  let started: String
  let ended: String
  let parameters: ParametersView?
  let metrics: MetricsView?

  init(_ job: TrainingJob) {
    project = job.project
    number = job.number
    state = TrainingStateName.text(job.state)
    reason = job.reason
    images = job.dataPointCount
    dataSetHash = job.dataSetHash
    created = Format.time(unixMilliseconds: job.createTimeUnixMs)
    started = Format.time(unixMilliseconds: job.startTimeUnixMs)
    ended = Format.time(unixMilliseconds: job.endTimeUnixMs)
    parameters = job.parameters.map(ParametersView.init)
    metrics = job.metrics.map(MetricsView.init)
  }
}

extension TrainingJobView {
  /// What a list shows of how good the model is.
  var figure: String {
    guard let metrics else { return "-" }
    guard let detection = metrics.detection else { return Format.ratio(metrics.accuracy) }
    return TrainingText.ratio(detection.map50)
  }
}

struct TrainingListView: Encodable {
  let trainings: [TrainingJobView]
}

/// One line of `train watch --json`; of job, progress and note there is one.
struct TrainingEventView: Encodable {
  struct ProgressView: Encodable {
    let phase: String
    let epoch: UInt32
    let epochs: UInt32
    let imagesDone: UInt64
    let imagesTotal: UInt64
    let loss: Double?
    let validationAccuracy: Double?
    let validationMap: Double?
    let imagesPerSecond: Double
    let secondsLeft: Double
  }

  let sequence: UInt64
  let time: String
  var job: TrainingJobView?
  var progress: ProgressView?
  var note: String?

  init(_ event: TrainingEvent) {
    sequence = event.sequence
    time = Format.time(unixMilliseconds: event.timeUnixMs)
    switch event.event {
    case .job(let value): job = TrainingJobView(value)
    case .note(let text): note = text
    case .progress(let value):
      progress = ProgressView(
        phase: PhaseName.text(value.phase), epoch: value.epoch, epochs: value.epochs,
        imagesDone: value.imagesDone, imagesTotal: value.imagesTotal, loss: value.loss,
        validationAccuracy: value.validationAccuracy, validationMap: value.validationMap,
        imagesPerSecond: value.imagesPerSecond, secondsLeft: value.secondsLeft)
    case nil: break
    }
  }
}

/// Phases of trainings as the command line spells them.
enum PhaseName {
  static func text(_ phase: TrainingPhase) -> String {
    switch phase {
    case .unspecified: "training"
    case .features: "features"
    case .head: "head"
    case .fineTuning: "fine-tuning"
    case .evaluation: "evaluation"
    case .unrecognized(let number): "phase \(number)"
    }
  }
}
