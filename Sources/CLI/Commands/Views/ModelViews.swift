import API

struct ModelView: Encodable {
  /// `owner/project@version`.
  let model: String
  let type: String
  let description: String
  let classes: [String]
  let accuracy: Double
  /// Of detectors, where the accuracy is 0.
  let map: Double?
  let map50: Double?
  let published: String

  init(_ model: PublishedModel) {
    self.model = "\(model.owner)/\(model.project)@\(model.version)"
    type = ProjectTypeName.text(model.type)
    description = model.description
    classes = model.classNames
    accuracy = model.accuracy
    map = model.map
    map50 = model.map50
    published = Format.time(unixMilliseconds: model.publishTimeUnixMs)
  }
}

extension ModelView {
  /// `accuracy 0.871` or `mAP@.5 0.912`.
  var figure: String {
    type == ProjectTypeName.text(.detection)
      ? "mAP@.5 \(TrainingText.ratio(map50))" : "accuracy \(Format.ratio(accuracy))"
  }

  /// The same without its name.
  var figureValue: String {
    type == ProjectTypeName.text(.detection) ? TrainingText.ratio(map50) : Format.ratio(accuracy)
  }
}

struct ModelListView: Encodable {
  let models: [ModelView]
}

struct ModelCardView: Encodable {
  let model: ModelView?
  let architecture: String
  let inputSide: UInt32
  let weightsHash: String
  let weightsBytes: UInt64
  let dataSetHash: String
  let trainingSeconds: Double
  let parameters: ParametersView?
  let metrics: MetricsView?

  init(_ card: ModelCard) {
    model = card.model.map(ModelView.init)
    architecture = card.architecture
    inputSide = card.inputSide
    weightsHash = card.weightsHash
    weightsBytes = card.weightsBytes
    dataSetHash = card.dataSetHash
    trainingSeconds = card.trainingSeconds
    parameters = card.parameters.map(ParametersView.init)
    metrics = card.metrics.map(MetricsView.init)
  }
}

struct UnpublishedView: Encodable {
  let project: String
  let versions: [UInt32]
}

/// One line of `infer --json`; with `error`, the rest but `file` is missing.
struct AnswerView: Encodable {
  struct ScoredView: Encodable {
    let `class`: String
    let probability: Double
  }

  struct ObjectView: Encodable {
    let `class`: String
    let confidence: Double
    let xMin: Double
    let yMin: Double
    let xMax: Double
    let yMax: Double

    init(_ object: DetectedObject) {
      `class` = object.className
      confidence = object.confidence
      (xMin, yMin, xMax, yMax) = (object.xMin, object.yMin, object.xMax, object.yMax)
    }
  }

  struct ErrorView: Encodable {
    let code: String
    let message: String
  }

  let file: String
  var model: String?
  var imageWidth: UInt32?
  var imageHeight: UInt32?
  var engineMilliseconds: Double?
  var classes: [ScoredView]?
  var objects: [ObjectView]?
  var error: ErrorView?
  /// The file with the picture, if one was asked for.
  let drawing: String?

  init(_ answer: ImageAnswer, drawing: String? = nil) {
    file = answer.file
    self.drawing = drawing
    switch answer.outcome {
    case .failure(let code, let message): error = ErrorView(code: code, message: message)
    case .response(let response):
      model = response.model
      imageWidth = response.imageWidth
      imageHeight = response.imageHeight
      engineMilliseconds = response.engineMilliseconds
      switch response.result {
      case .classification(let value):
        classes = value.classes.map {
          ScoredView(class: $0.className, probability: $0.probability)
        }
      case .detection(let value):
        objects = value.objects.map(ObjectView.init)
      case nil: break
      }
    }
  }
}
