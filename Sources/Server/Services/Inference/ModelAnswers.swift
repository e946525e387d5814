internal import API
internal import Codec
internal import RPCCore
internal import Store

/// Asks the inference engine on behalf of callers, and says its answers in their terms.
struct ModelAnswers: Sendable {
  let store: DataStore
  let vision: EngineVisionClient

  /// Answers a request as it came.
  ///
  /// - Throws: `INVALID_ARGUMENT` for a bad address, image or option, `NOT_FOUND` when nothing is
  ///   published there, and the engine's own status, `UNAVAILABLE` while it restarts.
  func answer(_ request: InferRequest, by account: AccountRecord) async throws -> InferResponse {
    try await answer(check(request, by: account), .inline(request.image), request)
  }

  /// Finds the model of a request that can be answered.
  func check(
    _ request: InferRequest, by account: AccountRecord
  ) async throws -> PublicationRecord {
    try request.check()
    let publication = try await store.publication(addressed: request.model, by: account)
    try request.check(for: publication)
    return publication
  }

  /// Answers for an image with a model that was found just now; of the request its options count.
  func answer(
    _ publication: PublicationRecord, _ image: EngineImage.Place, _ options: InferRequest
  ) async throws -> InferResponse {
    do {
      return publication.training.type == .detection
        ? try await detect(publication, image, options)
        : try await classify(publication, image, options)
    } catch let status as Status {
      await store.examineDamage(in: status)
      throw status
    }
  }

  private func classify(
    _ publication: PublicationRecord, _ image: EngineImage.Place, _ options: InferRequest
  ) async throws -> InferResponse {
    let topK = options.topK == 0 ? InferenceLimits.topKDefault : options.topK
    let answer = try await vision.classify(
      EngineClassifyRequest(
        model: publication.model.weights.hex, image: EngineImage(place: image), topK: topK))
    let classNames = publication.message.classNames
    let classes = try answer.scores.map { score throws(Status) in
      guard classNames.indices.contains(Int(score.index)) else {
        throw Status(
          .serverFailed, "the engine answered with class \(score.index) of \(classNames.count)")
      }
      return ScoredClass(
        className: classNames[Int(score.index)], probability: score.probability)
    }
    return InferResponse(
      model: publication.message.model, result: .classification(Classification(classes: classes)),
      imageWidth: answer.imageWidth, imageHeight: answer.imageHeight,
      engineMilliseconds: answer.milliseconds)
  }

  private func detect(
    _ publication: PublicationRecord, _ image: EngineImage.Place, _ options: InferRequest
  ) async throws -> InferResponse {
    let objectsMax =
      options.detectionsMax == 0 ? InferenceLimits.detectionsMaxDefault : options.detectionsMax
    let answer = try await vision.detect(
      EngineDetectRequest(
        model: publication.model.weights.hex, image: EngineImage(place: image),
        confidenceMin: options.confidenceMin,
        iouMax: options.iouMax ?? InferenceLimits.iouMaxDefault, objectsMax: objectsMax))
    guard answer.objects.count <= objectsMax else {
      throw Status(
        .serverFailed,
        "the engine answered with \(answer.objects.count) objects; the limit is \(objectsMax)")
    }
    let objects = try answer.objects.map { object throws(Status) in
      guard let object = DetectedObject(object, classNames: publication.message.classNames) else {
        throw Status(.serverFailed, "the engine answered with what is not an object of this model")
      }
      return object
    }
    return InferResponse(
      model: publication.message.model, result: .detection(Detection(objects: objects)),
      imageWidth: answer.imageWidth, imageHeight: answer.imageHeight,
      engineMilliseconds: answer.milliseconds)
  }
}
