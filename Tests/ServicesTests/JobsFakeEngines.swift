import API
import Codec
import Crypto
import EngineHost
import RPCCore
import RPCLoopback

/// Stands in for training engines: each training runs the script over a loopback of its own.
struct FakeTrainingEngines: TrainingEngines {
  typealias Script =
    @Sendable (EngineTrainClassifierRequest, MessageWriter<EngineTrainClassifierEvent>)
    async throws -> Void

  private struct Trainer: EngineTrainerService {
    let script: Script

    func trainClassifier(
      _ request: EngineTrainClassifierRequest,
      responses: MessageWriter<EngineTrainClassifierEvent>, context: ServerContext
    ) async throws {
      try await script(request, responses)
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

extension MessageWriter<EngineTrainClassifierEvent> {
  func progress(_ phase: EnginePhase, done: UInt64) async throws {
    let progress = Element.Progress(phase: phase, epoch: 1, epochs: 1, imagesDone: done)
    try await write(Element(event: .progress(progress)))
  }

  func note(_ text: String) async throws { try await write(Element(event: .note(text))) }

  /// Sends a model in chunks of 3 bytes and the result that belongs to it.
  func finish(
    classes: Int, weights: String = "the weights", bytes: UInt64? = nil, hash: String? = nil,
    accuracy: Double = 0.75
  ) async throws {
    let weights = Array(weights.utf8)
    for start in stride(from: 0, to: weights.count, by: 3) {
      let chunk = Bytes(Array(weights[start..<min(start + 3, weights.count)]))
      try await write(Element(event: .weightsChunk(chunk)))
    }
    var confusion = [UInt64](repeating: 0, count: classes * classes)
    for index in 0..<classes { confusion[index * classes + index] = 5 }
    let digest = SHA256.hash(data: weights).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
    let result = Element.Result(
      accuracy: accuracy, topKAccuracy: 1, topK: 3, confusion: confusion, trainingImages: 20,
      validationImages: UInt64(5 * classes), loss: 0.25, architecture: "fake-net",
      inputSide: 224, weightsBytes: bytes ?? UInt64(weights.count), weightsHash: hash ?? digest)
    try await write(Element(event: .result(result)))
  }
}

/// Stands in for the inference engine.
struct FakeVision: EngineVisionService {
  typealias Answer = @Sendable (EngineClassifyRequest) async throws -> EngineClassifyResponse

  let answer: Answer

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
