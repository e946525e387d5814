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
    var fileName: String
  }

  /// An image as the store has it now, and whether it is new to the project.
  typealias Stored = (image: Image, created: Bool)

  static func response(to stored: Stored) -> PutImageResponse {
    PutImageResponse(image: stored.image, created: stored.created)
  }

  /// - Throws: `INVALID_ARGUMENT` with the reason when it is not an image or a box lies outside it;
  ///   `UNAVAILABLE` when no engine answers; what the store throws.
  func take(
    _ staged: StagedObject, _ label: Label, project: String, of account: AccountID,
    keeping answer: PendingResponse<Stored>? = nil
  ) async throws -> Stored {
    try await store.checkImage(
      staged.hash, annotation: label.annotation, inProject: project, of: account)
    let image = try await facts(of: staged)
    try checkBoxes(of: label.annotation, width: image.width, height: image.height)
    return try await store.putImage(
      staged, image: image, annotation: label.annotation, fileName: label.fileName,
      inProject: project, of: account, at: now(), keeping: answer)
  }

  /// Bytes that some project has were examined when they first came.
  private func facts(of staged: StagedObject) async throws -> ImageFacts {
    if let known = try await store.imageFacts(of: staged.hash) { return known }
    let answer = try await vision.inspectImage(
      EngineInspectImageRequest(image: .init(place: .staged(staged.stagedName))))
    guard answer.format.isNamed, answer.width > 0, answer.height > 0 else {
      throw Status(.internal, "the engine described an image as no image can be")
    }
    return ImageFacts(
      format: answer.format, width: answer.width, height: answer.height,
      perceptualHash: answer.perceptualHash)
  }
}
