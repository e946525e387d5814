internal import API
internal import Codec
internal import RPCCore
internal import Store

/// Asks the inference engine on behalf of callers, and says its answers in their terms.
struct ModelAnswers: Sendable {
  static let topKMax: UInt32 = 1_000
  static let topKDefault: UInt32 = 5

  let store: DataStore
  let vision: EngineVisionClient

  /// Answers a request as it came.
  ///
  /// - Throws: `INVALID_ARGUMENT` for a bad address, image or `top_k`, `NOT_FOUND` when nothing is
  ///   published there, and the engine's own status, `UNAVAILABLE` while it restarts.
  func answer(_ request: InferRequest) async throws -> InferResponse {
    let (publication, topK) = try await check(request)
    return try await answer(publication, .inline(request.image), topK: topK)
  }

  /// Finds the model of a request and how many classes to answer with.
  func check(
    _ request: InferRequest
  ) async throws -> (publication: PublicationRecord, topK: UInt32) {
    guard request.topK <= Self.topKMax else {
      throw invalid("top_k", "\(request.topK); the limit is \(Self.topKMax)")
    }
    guard !request.image.isEmpty else { throw invalid("image", "no bytes") }
    let publication = try await store.publication(addressed: request.model)
    return (publication, request.topK == 0 ? Self.topKDefault : request.topK)
  }

  /// Answers for an image with a model that was found just now.
  func answer(
    _ publication: PublicationRecord, _ image: EngineClassifyRequest.Image, topK: UInt32
  ) async throws -> InferResponse {
    switch publication.training.kind {
    case .classification: break
    case .detection:
      throw Status(.unimplemented, "inference with detection models is not there yet")
    }
    let answer = try await vision.classify(
      EngineClassifyRequest(
        model: publication.model.weights.hex, image: image, topK: topK))
    let classes = try answer.scores.map { score throws(Status) in
      guard score.index < publication.classNames.count else {
        throw Status(
          .internal,
          "the engine answered with class \(score.index) of \(publication.classNames.count)")
      }
      return ScoredClass(
        className: publication.classNames[Int(score.index)], probability: score.probability)
    }
    return InferResponse(
      model: publication.address, result: .classification(Classification(classes: classes)),
      imageWidth: answer.imageWidth, imageHeight: answer.imageHeight,
      engineMilliseconds: answer.milliseconds)
  }
}

extension InferStreamResponse.Failure {
  /// A failure as one of many answers carries it.
  init(_ status: Status) {
    self.init(code: UInt32(status.code.rawValue), message: status.message)
  }
}
