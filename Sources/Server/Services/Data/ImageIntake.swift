internal import API
internal import RPCCore
internal import Store

/// Takes one staged image into a project: examined by an engine, then stored.
struct ImageIntake: Sendable {
  let store: DataStore
  let vision: EngineVisionClient
  let now: @Sendable () -> Timestamp

  /// What is said of an image beside its bytes.
  struct Label: Sendable {
    var annotation: AnnotationRecord?
    var fileName: String
  }

  /// - Throws: `INVALID_ARGUMENT` with the reason when it is not an image or a box lies outside it;
  ///   `UNAVAILABLE` when no engine answers; `NOT_FOUND` and `RESOURCE_EXHAUSTED` from the store.
  func take(
    _ staged: StagedObject, _ label: Label, project: String, of account: AccountID,
    _ keeper: ResponseRecorder<PutDataPointResponse>? = nil
  ) async throws -> PutDataPointResponse {
    try await translatingStoreErrors {
      try await store.checkDataPoint(
        staged.hash, annotation: label.annotation, inProject: project, of: account)
    }
    let image = try await facts(of: staged)
    try checkBoxes(of: label.annotation, in: image)
    return try await translatingStoreErrors {
      let answer: @Sendable ((dataPoint: DataPointRecord, created: Bool)) -> PutDataPointResponse =
        { PutDataPointResponse(dataPoint: DataPoint($0.dataPoint), created: $0.created) }
      return answer(
        try await store.putDataPoint(
          staged, image: image, annotation: label.annotation, fileName: label.fileName,
          inProject: project, of: account, at: now(), keeping: keeper?.keeping(answer)))
    }
  }

  /// Bytes that some project has were examined when they first came.
  private func facts(of staged: StagedObject) async throws -> ImageFacts {
    if let known = try await store.imageFacts(of: staged.hash) { return known }
    let answer = try await vision.inspectImage(
      EngineInspectImageRequest(image: .staged(staged.stagedName)))
    guard let format = ImageFileFormat(answer.format) else {
      throw Status(.internal, "the engine named an image format that the server does not know")
    }
    return ImageFacts(
      format: format, width: answer.width, height: answer.height,
      perceptualHash: answer.perceptualHash)
  }
}

extension ImageFileFormat {
  fileprivate init?(_ format: ImageFormat) {
    switch format {
    case .jpeg: self = .jpeg
    case .png: self = .png
    case .webp: self = .webp
    case .gif: self = .gif
    case .unspecified, .unrecognized: return nil
    }
  }
}
