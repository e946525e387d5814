internal import API
internal import Images
internal import Model
internal import RPCCore

extension TrainingTask {
  /// Classes that a classifier is asked to tell apart.
  static let classesMax: UInt32 = 10_000

  /// - Throws: `INVALID_ARGUMENT` for a class, hash or parameter outside its bounds.
  init(
    _ request: EngineTrainClassifierRequest, folders: EngineFolders, computingThreads: Int
  ) throws {
    let recipe = try ClassificationRecipe(
      request.parameters ?? TrainingParameters(), computingThreads: computingThreads)
    let set = try TrainingSet(request, folders: folders)
    imageCount = set.labels.count
    train = { path, progress, isCancelled in
      let report = try ClassificationTrainer(recipe, backbonePath: folders.backbone).train(
        set, writingTo: path, progress: progress, isCancelled: isCancelled)
      return Outcome(report)
    }
  }
}

extension ClassificationRecipe {
  init(_ parameters: TrainingParameters, computingThreads: Int) throws {
    self.init()
    self.computingThreads = computingThreads
    seed = parameters.seed
    if parameters.inputSide > 0 { inputSide = Int(parameters.inputSide) }
    if parameters.timeBudgetSeconds > 0 {
      timeBudget = .seconds(Int64(parameters.timeBudgetSeconds))
    }
    if parameters.validationFraction > 0 { validationFraction = parameters.validationFraction }
    if parameters.epochs > 0 { fineTuningEpochs = Int(parameters.epochs) }
    if parameters.headOnly { fineTuningEpochs = 0 }
    if parameters.noFlip { mirroring = .never }
    do throws(ModelError) { try check() } catch { throw Status(error) }
  }
}

extension TrainingSet {
  init(_ request: EngineTrainClassifierRequest, folders: EngineFolders) throws {
    guard (2...TrainingTask.classesMax).contains(request.classCount) else {
      throw Status.invalid(
        "class_count", "\(request.classCount) classes; it must be 2 to \(TrainingTask.classesMax)")
    }
    guard !request.examples.isEmpty else { throw Status.invalid("examples", "there are none") }
    for (index, example) in request.examples.enumerated() {
      guard example.classIndex < request.classCount else {
        throw Status.invalid(
          "examples[\(index)].class_index",
          "class \(example.classIndex); there are \(request.classCount) classes")
      }
    }
    let images = try StoredImages(request.examples.map(\.object), in: folders)
    let sides = request.examples.map { Int(min($0.width, $0.height)) }.sorted()
    self.init(
      classes: (0..<request.classCount).map(String.init),
      labels: request.examples.map { Int($0.classIndex) },
      groups: request.examples.map { Int($0.group) },
      shorterSideMedian: sides[sides.count / 2], pixels: images.pixels)
  }
}

/// The images of a data set, read and checked whenever a training asks for them.
struct StoredImages: Sendable {
  private let hashes: [String]
  private let folders: EngineFolders

  /// - Throws: `INVALID_ARGUMENT` for what is not a hash, by its place among the request's examples.
  init(_ hashes: [String], in folders: EngineFolders) throws(Status) {
    for (index, hash) in hashes.enumerated() {
      _ = try folders.path(ofObject: hash, field: Self.field(index))
    }
    self.hashes = hashes
    self.folders = folders
  }

  private static func field(_ index: Int) -> String { "examples[\(index)].object" }

  /// The whole image as a square of `side * side` RGB pixels.
  ///
  /// - Throws: `DATA_LOSS` that names the image when its file is missing or damaged.
  func pixels(_ index: Int, side: Int) throws -> [UInt8] {
    let bytes = try folders.bytes(ofObject: hashes[index], field: Self.field(index))
    do throws(ImageError) {
      return try EncodedImage(bytes).square(side: side).bytes
    } catch {
      throw Status(error, of: "image \(hashes[index])")
    }
  }
}

extension TrainingTask.Outcome {
  init(_ report: Model.TrainingReport) {
    let ranks = min(5, report.validation.confusion.count)
    self.init(
      trainingImages: report.trainingImages, validationImages: report.validationImages,
      architecture: report.description.architecture, inputSide: report.description.inputSide,
      measured: .classifier(
        EngineClassifierFigures(
          accuracy: report.validation.accuracy, topKAccuracy: report.validation.topAccuracy(ranks),
          topK: UInt32(ranks),
          confusion: report.validation.confusion.flatMap { $0.map { UInt64(clamping: $0) } })))
  }
}
