internal import BoxMetrics
internal import Model
internal import RPCCore

/// The trained models in use, on the one thread that may touch tensors.
///
/// A model is loaded once, warmed before it serves, and kept while there is room. Images that wait
/// for the same model are computed together: each call puts its image into the list first and then
/// asks for a turn on the thread, and the first turn takes along all that wait.
actor TrainedModels {
  private enum Loaded {
    case classifier(Classifier)
    case detector(Detector)
  }

  private let thread: TorchThread
  private let folders: EngineFolders
  private var models: RecentValues<String, Loaded>
  private nonisolated let toClassify = WaitingImages<[UInt8], [Float]>(
    batchMax: Classifier.batchMax)
  private nonisolated let toSearch = WaitingImages<Detector.Input, [EvaluatedImage.Prediction]>(
    batchMax: Detector.batchMax)

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  init(folders: EngineFolders, computingThreads: Int, modelBytesMax: Int) {
    self.folders = folders
    thread = TorchThread(name: "infer", computingThreads: computingThreads)
    models = RecentValues(bytesMax: modelBytesMax)
  }

  /// The side in pixels of the square images that a classifier takes.
  func inputSide(ofClassifier model: String) throws -> Int {
    try classifier(model).description.inputSide
  }

  /// What a detector's file says of it.
  func description(ofDetector model: String) throws -> DetectorDescription {
    try detector(model).description
  }

  /// The probability of each class of `model`, for `side * side` RGB pixels.
  nonisolated func probabilities(_ model: String, of pixels: [UInt8]) async throws -> [Float] {
    let (image, ticket) = toClassify.add(pixels, for: model)
    try await classify(model, until: ticket)
    return try image.result()
  }

  /// What `model` finds in an image, the most confident first.
  nonisolated func objects(
    _ model: String, in input: Detector.Input
  ) async throws -> [EvaluatedImage.Prediction] {
    let (image, ticket) = toSearch.add(input, for: model)
    try await search(model, until: ticket)
    return try image.result()
  }

  private func classify(_ model: String, until ticket: UInt64) throws {
    try toClassify.compute(model, until: ticket) { try classifier(model).probabilities(of: $0) }
  }

  private func search(_ model: String, until ticket: UInt64) throws {
    try toSearch.compute(model, until: ticket) { inputs in
      let detector = try detector(model)
      do throws(ModelError) {
        return try detector.detections(in: inputs)
      } catch {
        throw Status(error)
      }
    }
  }
}

/// What loading takes of either kind of model.
private protocol ServedModel {
  init(_ file: SafetensorsFile) throws(ModelError)
  var weightBytes: Int { get }
  func warmUp() throws(ModelError)
}

extension Classifier: ServedModel {}
extension Detector: ServedModel {}

// What is kept under a name may be a model of the other kind; reading its file then says so.
extension TrainedModels {
  private func classifier(_ model: String) throws(Status) -> Classifier {
    if case .classifier(let classifier) = models.use(model) { return classifier }
    return try load(model) { .classifier($0) }
  }

  private func detector(_ model: String) throws(Status) -> Detector {
    if case .detector(let detector) = models.use(model) { return detector }
    return try load(model) { .detector($0) }
  }

  private func load<Served: ServedModel>(
    _ model: String, _ kind: (Served) -> Loaded
  ) throws(Status) -> Served {
    let content = try folders.bytes(ofObject: model, field: "model")
    let served: Served
    do throws(ModelError) {
      served = try Served(SafetensorsFile(content: content))
      try served.warmUp()
    } catch {
      throw Status(error)
    }
    if models.insert(kind(served), bytes: served.weightBytes, for: model) {
      Torch.releaseCachedMemory()
    }
    return served
  }
}
