internal import API
internal import Codec
internal import RPCCore
internal import Store

/// Takes one staged image into a project: examined by an engine, then stored.
struct ImageIntake: Sendable {
  let store: DataStore
  let vision: EngineVisionClient
  let now: @Sendable () -> Timestamp

  /// What is said of an image beside its bytes.
  struct Label: Sendable {
    var annotation: Annotation.Value?
    /// Whether it takes the place of the annotation that an image has already.
    var replaces = false
    var fileName: String
  }

  /// An image as the store has it now, and whether it is new to the project.

  static func response(to stored: StoredImage) -> PutImageResponse {
    PutImageResponse(
      image: stored.image, created: stored.isNew, annotationKept: stored.keptAnnotation)
  }

  /// - Throws: `INVALID_ARGUMENT` with the reason when it is not an image or a box lies outside it;
  ///   `UNAVAILABLE` when no engine answers; what the store throws.
  func take(
    _ staged: StagedObject, _ label: Label, project: String, of account: AccountID,
    keeping answer: PendingResponse<StoredImage>? = nil
  ) async throws -> StoredImage {
    try await store.checkImage(
      staged.hash, annotation: label.annotation, inProject: project, of: account)
    let image = try await facts(of: staged)
    let annotation = try placed(label.annotation, width: image.width, height: image.height)
    return try await store.putImage(
      staged, image: image, annotation: annotation, replacing: label.replaces,
      fileName: label.fileName, inProject: project, of: account, at: now(), keeping: answer)
  }

  /// Bytes that some project has were examined when they first came.
  private func facts(of staged: StagedObject) async throws -> ImageFacts {
    if let known = try await store.imageFacts(of: staged.hash) { return known }
    let answer = try await vision.inspectImage(
      EngineInspectImageRequest(image: .init(place: .staged(staged.stagedName))))
    guard answer.format.isNamed, answer.width > 0, answer.height > 0 else {
      throw Status(.serverFailed, "the engine described an image as no image can be")
    }
    return ImageFacts(
      format: answer.format, width: answer.width, height: answer.height,
      perceptualHash: answer.perceptualHash)
  }
}
