internal import Model
internal import RPCCore
internal import Synchronization

/// The trained models in use, on the one thread that may touch tensors.
///
/// A model is loaded once, warmed before it serves, and kept while there is room. Images that wait
/// for the same model are computed together: each call puts its image into the list first and then
/// asks for a turn on the thread, and the first turn takes along all that wait.
actor Classifiers {
  private let thread: TorchThread
  private let folders: EngineFolders
  private var models: RecentValues<String, Classifier>
  private nonisolated let waiting: Mutex<WaitingRequests<String, PendingImage>>

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  init(folders: EngineFolders, computingThreads: Int, modelBytesMax: Int) {
    self.folders = folders
    thread = TorchThread(name: "classify", computingThreads: computingThreads)
    models = RecentValues(bytesMax: modelBytesMax)
    waiting = Mutex(WaitingRequests(batchMax: Classifier.batchMax))
  }

  /// The side in pixels of the square images that a model takes.
  func inputSide(of model: String) throws -> Int {
    try classifier(model).description.inputSide
  }

  /// The probability of each class of `model`, for `side * side` RGB pixels.
  nonisolated func probabilities(_ model: String, of pixels: [UInt8]) async throws -> [Float] {
    let image = PendingImage(pixels: pixels)
    let ticket = waiting.withLock { $0.add(image, for: model) }
    try await compute(model, until: ticket)
    return try image.result()
  }

  private func compute(_ model: String, until ticket: UInt64) throws {
    if Task.isCancelled {
      waiting.withLock { $0.remove(ticket) }
      throw CancellationError()
    }
    while true {
      let batch = waiting.withLock { $0.takeBatch(for: model, until: ticket) }
      if batch.isEmpty { return }
      let results = Result { try classifier(model).probabilities(of: batch.map(\.pixels)) }
      switch results {
      case .success(let results):
        for (image, result) in zip(batch, results) { image.set(.success(result)) }
      case .failure(let error): for image in batch { image.set(.failure(error)) }
      }
    }
  }

  private func classifier(_ model: String) throws -> Classifier {
    if let classifier = models.use(model) { return classifier }
    let path = try folders.path(ofObject: model, field: "model")
    let classifier: Classifier
    do throws(ModelError) {
      classifier = try Classifier(path: path)
      try classifier.warmUp()
    } catch {
      throw Status(error)
    }
    if models.insert(classifier, bytes: classifier.weightBytes, for: model) {
      Torch.releaseCachedMemory()
    }
    return classifier
  }
}

/// One image in the list, and what came out of it.
private final class PendingImage: Sendable {
  let pixels: [UInt8]
  private let outcome = Mutex<Result<[Float], any Error>?>(nil)

  init(pixels: [UInt8]) { self.pixels = pixels }

  func set(_ result: Result<[Float], any Error>) { outcome.withLock { $0 = result } }

  func result() throws -> [Float] {
    guard let result = outcome.withLock({ $0 }) else {
      throw Status(.internal, "an image was left out of its batch")
    }
    return try result.get()
  }
}
