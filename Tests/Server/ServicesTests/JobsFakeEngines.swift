import API
import Codec
import Cryptography
import EngineHost
import Foundation
import RPCCore
import RPCLoopback

/// Stands in for training engines: each training runs the script over a loopback of its own.
struct FakeTrainingEngines: TrainingEngines {
  /// What was asked for.
  enum Request {
    case classifier(EngineTrainClassifierRequest)
    case detector(EngineTrainDetectorRequest)

    var seed: Int64 {
      switch self {
      case .classifier(let request): request.parameters?.seed ?? 0
      case .detector(let request): request.parameters?.seed ?? 0
      }
    }
  }

  typealias Script = @Sendable (Request, FakeTraining) async throws -> Void

  private struct Trainer: EngineTrainerService {
    let staging: String
    let script: Script

    func trainClassifier(
      _ request: EngineTrainClassifierRequest,
      responses: MessageWriter<EngineTrainEvent>, context: ServerContext
    ) async throws {
      let training = FakeTraining(
        modelPath: "\(staging)/\(request.modelFile)", classNames: request.classNames,
        events: responses)
      try await script(.classifier(request), training)
    }

    func trainDetector(
      _ request: EngineTrainDetectorRequest, responses: MessageWriter<EngineTrainEvent>,
      context: ServerContext
    ) async throws {
      let training = FakeTraining(
        modelPath: "\(staging)/\(request.modelFile)", classNames: request.classNames,
        events: responses)
      try await script(.detector(request), training)
    }
  }

  /// The folder of staged files.
  let staging: String
  let script: Script

  func withTrainer<R: Sendable>(
    _ body: (EngineTrainerClient) async throws -> R
  ) async throws -> R {
    try await withLoopback(routes: Trainer(staging: staging, script: script).routes) { caller in
      try await body(EngineTrainerClient(caller))
    }
  }
}

/// What an engine can say in a training, and where its model goes.
struct FakeTraining: Sendable {
  let modelPath: String
  let classNames: [String]
  let events: MessageWriter<EngineTrainEvent>

  func progress(_ phase: TrainingPhase, done: Int32) async throws {
    let progress = TrainingProgress(phase: phase, epoch: 1, epochs: 1, imagesDone: done)
    try await events.write(EngineTrainEvent(event: .progress(progress)))
  }

  func note(_ text: String) async throws {
    try await events.write(EngineTrainEvent(event: .note(text)))
  }

  /// Writes a classifier and sends its result; `hash` is what it says of the file.
  func finish(
    classes: Int, weights: String = "the weights", hash: String? = nil, accuracy: Double = 0.75
  ) async throws {
    var confusion = [Int32](repeating: 0, count: classes * classes)
    for index in 0..<classes { confusion[index * classes + index] = 5 }
    let metrics = ModelMetrics(
      accuracy: accuracy, topKAccuracy: 1, topK: 3, macroF1: 1,
      classes: classNames.map {
        .init(className: $0, precision: 1, recall: 1, f1: 1, support: 5)
      },
      confusion: confusion, trainingImages: 20, validationImages: Int32(5 * classes), loss: 0.25)
    try await finish(metrics, weights: weights, hash: hash)
  }

  private func finish(_ metrics: ModelMetrics, weights: String, hash: String?) async throws {
    try write(weights)
    let result = EngineTrainEvent.Result(
      modelHash: hash ?? lowerHex(SHA256.hash(Array(weights.utf8))), architecture: "fake-net",
      inputSide: 224, metrics: metrics,
      report: TrainingReport(history: [.init(phase: .head, epoch: 1, loss: 0.25, seconds: 1)]))
    try await events.write(EngineTrainEvent(event: .result(result)))
  }

  /// Writes the model into its file.
  func write(_ weights: String) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: modelPath))
    try file.write(contentsOf: Data(weights.utf8))
    try file.close()
  }
}

/// Stands in for the inference engine.
struct FakeVision: EngineVisionService {
  typealias Answer = @Sendable (EngineClassifyRequest) async throws -> EngineClassifyResponse

  typealias Finding = @Sendable (EngineDetectRequest) async throws -> EngineDetectResponse

  let answer: Answer
  let find: Finding

  func inspectImage(
    _ request: EngineInspectImageRequest, context: ServerContext
  ) async throws -> EngineInspectImageResponse {
    throw Status(.unimplemented, "not in this test")
  }

  func classify(
    _ request: EngineClassifyRequest, context: ServerContext
  ) async throws -> EngineClassifyResponse {
    try await answer(request)
  }

  func detect(
    _ request: EngineDetectRequest, context: ServerContext
  ) async throws -> EngineDetectResponse {
    try await find(request)
  }

  /// Finds one object of class 1.
  static let finding: Finding = { request in
    let box = EngineBox(classIndex: 1, xMin: 0.5, yMin: 1, xMax: 3, yMax: 2)
    return EngineDetectResponse(
      objects: [EngineDetectedObject(box: box, confidence: 0.75)], imageWidth: 4, imageHeight: 3,
      milliseconds: 1)
  }

  /// Says class 1 is the best, then class 0.
  static let usual: Answer = { request in
    let scores = [(Int32(1), 0.75), (0, 0.25)].map { index, probability in
      EngineClassifyResponse.Score(index: index, probability: probability)
    }
    return EngineClassifyResponse(
      scores: Array(scores.prefix(Int(request.topK))), imageWidth: 4, imageHeight: 3,
      milliseconds: 1)
  }
}
