package import API
internal import Codec
internal import ImageHeaders
internal import Images
internal import Model
package import RPCCore
internal import Threads

/// Looks at images: whether they are any, and what trained models see in them.
package final class VisionProvider: EngineVisionService {
  private let folders: EngineFolders
  private let limits: ImageLimits
  /// Decoding blocks and runs native code.
  private let decoding: WorkerThreads
  private let models: TrainedModels

  package init(folders: EngineFolders, configuration: EngineConfiguration) {
    self.folders = folders
    limits = ImageLimits()
    var threads = WorkerThreads.Configuration(name: "decode")
    threads.count = configuration.decodingThreads
    threads.memoryBytesMax = limits.decodingBytesMax
    threads.atEnd = { endImageThread() }
    decoding = WorkerThreads(threads)
    models = TrainedModels(
      folders: folders, computingThreads: configuration.computingThreads,
      modelBytesMax: configuration.modelBytesMax)
  }

  package func inspectImage(
    _ request: EngineInspectImageRequest, context: ServerContext
  ) async throws -> EngineInspectImageResponse {
    let image = try await open(request.image)
    let hash = try await decode(image) { image throws(ImageError) in try image.inspect() }
    let header = image.header
    return EngineInspectImageResponse(
      format: API.ImageFormat(header.format), width: Int32(header.width),
      height: Int32(header.height), frames: Int32(header.frames), perceptualHash: hash.rawValue)
  }

  package func classify(
    _ request: EngineClassifyRequest, context: ServerContext
  ) async throws -> EngineClassifyResponse {
    let start = ContinuousClock.now
    let image = try await open(request.image)
    let side = try await models.inputSide(ofClassifier: request.model)
    let pixels = try await pixels(of: image, side: side)
    let probabilities = try await models.probabilities(request.model, of: pixels)
    return EngineClassifyResponse(
      scores: Self.best(request.topK, of: probabilities), imageWidth: Int32(image.header.width),
      imageHeight: Int32(image.header.height),
      milliseconds: (ContinuousClock.now - start) / .milliseconds(1))
  }

  package func detect(
    _ request: EngineDetectRequest, context: ServerContext
  ) async throws -> EngineDetectResponse {
    let start = ContinuousClock.now
    let options = try Detector.Options(request)
    let image = try await open(request.image)
    let detector = try await models.description(ofDetector: request.model)
    var input = Detector.Input(
      pixels: try await pixels(of: image, side: detector.inputSide), width: image.header.width,
      height: image.header.height, options: options)
    if request.confidenceMin == nil { input.options.confidenceMin = detector.bestConfidence }
    let found = try await models.objects(request.model, in: input)
    return EngineDetectResponse(
      objects: found.map(EngineDetectedObject.init), imageWidth: Int32(image.header.width),
      imageHeight: Int32(image.header.height),
      milliseconds: (ContinuousClock.now - start) / .milliseconds(1))
  }

  /// The likeliest classes, the best first; of equals, the first of the model's list.
  static func best(_ count: Int32, of probabilities: [Float]) -> [EngineClassifyResponse.Score] {
    let ranked = probabilities.enumerated().sorted { left, right in
      left.element == right.element ? left.offset < right.offset : left.element > right.element
    }
    return ranked.prefix(count > 0 ? Int(count) : ranked.count).map { index, probability in
      EngineClassifyResponse.Score(index: Int32(index), probability: Double(probability))
    }
  }

  /// Reads the header, away from Swift's own threads: a large file takes a while to walk.
  private func open(_ image: EngineImage?) async throws -> EncodedImage {
    guard let place = image?.place else { throw Status.invalid("image", "none is given") }
    return try await decoding.run { [folders, limits] in
      do {
        switch place {
        case .staged(let name):
          return try EncodedImage(
            path: folders.path(ofStaged: name, field: "staged"), limits: limits)
        case .object(let hash):
          return try EncodedImage(folders.bytes(ofObject: hash, field: "object"), limits: limits)
        case .inline(let bytes): return try EncodedImage(Array(bytes), limits: limits)
        }
      } catch let error as ImageError {
        throw Status(error, of: "image")
      }
    }
  }

  /// The whole image, stretched to a square.
  private func pixels(of image: EncodedImage, side: Int) async throws -> [UInt8] {
    try await decode(image) { image throws(ImageError) in
      try image.square(side: side).bytes
    }
  }

  private func decode<Value: Sendable>(
    _ image: EncodedImage,
    _ body: @escaping @Sendable (EncodedImage) throws(ImageError) -> Value
  ) async throws -> Value {
    try await decoding.run(memoryBytes: image.header.decodingBytes) {
      do throws(ImageError) { return try body(image) } catch { throw Status(error, of: "image") }
    }
  }
}

extension Detector.Options {
  /// - Throws: `INVALID_ARGUMENT` for a value outside its bounds.
  init(_ request: EngineDetectRequest) throws(Status) {
    self.init(iouMax: request.iouMax, detectionsMax: Int(request.objectsMax))
    if let confidence = request.confidenceMin { confidenceMin = confidence }
    do throws(ModelError) { try check() } catch { throw Status(error) }
  }
}

extension API.ImageFormat {
  init(_ format: ImageHeaders.ImageFormat) {
    switch format {
    case .jpeg: self = .jpeg
    case .png: self = .png
    case .webp: self = .webp
    case .gif: self = .gif
    }
  }
}
