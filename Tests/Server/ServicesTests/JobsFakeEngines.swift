import API
import Codec
import Cryptography
import EngineHost
import RPCCore
import RPCLoopback

/// Stands in for training engines: each training runs the script over a loopback of its own.
struct FakeTrainingEngines: TrainingEngines {
  /// What was asked for.
  enum Request {
    case classifier(EngineTrainClassifierRequest)
    case detector(EngineTrainDetectorRequest)

    var seed: UInt64 {
      switch self {
      case .classifier(let request): request.parameters?.seed ?? 0
      case .detector(let request): request.parameters?.seed ?? 0
      }
    }
  }

  typealias Script = @Sendable (Request, MessageWriter<EngineTrainEvent>) async throws -> Void

  private struct Trainer: EngineTrainerService {
    let script: Script

    func trainClassifier(
      _ request: EngineTrainClassifierRequest,
      responses: MessageWriter<EngineTrainEvent>, context: ServerContext
    ) async throws {
      try await script(.classifier(request), responses)
    }

    func trainDetector(
      _ request: EngineTrainDetectorRequest, responses: MessageWriter<EngineTrainEvent>,
      context: ServerContext
    ) async throws {
      try await script(.detector(request), responses)
    }
  }

  let script: Script

  func withTrainer<R: Sendable>(
    _ body: (EngineTrainerClient) async throws -> R
  ) async throws -> R {
    try await withLoopback(routes: Trainer(script: script).routes) { caller in
      try await body(EngineTrainerClient(caller))
    }
  }
}

extension MessageWriter<EngineTrainEvent> {
  func progress(_ phase: TrainingPhase, done: UInt64) async throws {
    let progress = TrainingProgress(phase: phase, epoch: 1, epochs: 1, imagesDone: done)
    try await write(Element(event: .progress(progress)))
  }

  func note(_ text: String) async throws { try await write(Element(event: .note(text))) }

  /// Sends a classifier and its result.
  func finish(
    classes: Int, weights: String = "the weights", bytes: UInt64? = nil, hash: String? = nil,
    accuracy: Double = 0.75
  ) async throws {
    var confusion = [UInt64](repeating: 0, count: classes * classes)
    for index in 0..<classes { confusion[index * classes + index] = 5 }
    let figures = EngineClassifierFigures(
      accuracy: accuracy, topKAccuracy: 1, topK: 3, confusion: confusion)
    try await finish(
      .classifier(figures), validationImages: UInt64(5 * classes), weights: weights, bytes: bytes,
      hash: hash)
  }

  /// Sends a model in chunks of 3 bytes and the result that belongs to it.
  func finish(
    _ measured: Element.Result.Measured, validationImages: UInt64 = 4,
    weights: String = "the weights", bytes: UInt64? = nil, hash: String? = nil
  ) async throws {
    let weights = Array(weights.utf8)
    for start in stride(from: 0, to: weights.count, by: 3) {
      let chunk = Bytes(Array(weights[start..<min(start + 3, weights.count)]))
      try await write(Element(event: .weightsChunk(chunk)))
    }
    let digest = lowerHex(SHA256.hash(weights))
    let result = Element.Result(
      trainingImages: 20, validationImages: validationImages, loss: 0.25, architecture: "fake-net",
      inputSide: 224, weightsBytes: bytes ?? UInt64(weights.count), weightsHash: hash ?? digest,
      history: [TrainingReport.Epoch(phase: .head, epoch: 1, loss: 0.25, seconds: 1)],
      measured: measured)
    try await write(Element(event: .result(result)))
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
    let scores = [(UInt32(1), 0.75), (0, 0.25)].map { index, probability in
      EngineClassifyResponse.Score(index: index, probability: probability)
    }
    return EngineClassifyResponse(
      scores: Array(scores.prefix(Int(request.topK))), imageWidth: 4, imageHeight: 3,
      milliseconds: 1)
  }
}
