internal import API
internal import Images
internal import Model
internal import RPCCore

/// One request to train, checked and turned into what module Model takes.
struct TrainingTask: Sendable {
  let recipe: ClassificationRecipe
  let set: TrainingSet

  static let classesMax: UInt32 = 10_000

  /// - Throws: `INVALID_ARGUMENT` for a class, hash or parameter outside its bounds.
  init(
    _ request: EngineTrainClassifierRequest, folders: EngineFolders, computingThreads: Int
  ) throws {
    recipe = try Self.recipe(request, computingThreads: computingThreads)
    guard (2...Self.classesMax).contains(request.classCount) else {
      throw Status.invalid(
        "class_count", "\(request.classCount) classes; it must be 2 to \(Self.classesMax)")
    }
    guard !request.examples.isEmpty else { throw Status.invalid("examples", "there are none") }
    var paths: [String] = []
    for (index, example) in request.examples.enumerated() {
      guard example.classIndex < request.classCount else {
        throw Status.invalid(
          "examples[\(index)].class_index",
          "class \(example.classIndex); there are \(request.classCount) classes")
      }
      paths.append(
        try folders.path(ofObject: example.object, field: "examples[\(index)].object"))
    }
    let sides = request.examples.map { Int(min($0.width, $0.height)) }.sorted()
    let hashes = request.examples.map(\.object)
    set = TrainingSet(
      classes: (0..<request.classCount).map(String.init),
      labels: request.examples.map { Int($0.classIndex) },
      groups: request.examples.map { Int($0.group) },
      shorterSideMedian: sides[sides.count / 2]
    ) { [paths] index, side in
      do throws(ImageError) {
        return try EncodedImage(path: paths[index]).tensor(side: side, fit: .stretch).bytes
      } catch {
        throw Status(error, of: "image \(hashes[index])")
      }
    }
  }

  private static func recipe(
    _ request: EngineTrainClassifierRequest, computingThreads: Int
  ) throws -> ClassificationRecipe {
    var recipe = ClassificationRecipe()
    recipe.computingThreads = computingThreads
    recipe.seed = request.seed
    if request.inputSide > 0 { recipe.inputSide = Int(request.inputSide) }
    if request.timeBudgetSeconds > 0 {
      recipe.timeBudget = .seconds(Int64(request.timeBudgetSeconds))
    }
    if request.validationFraction > 0 { recipe.validationFraction = request.validationFraction }
    if request.epochs > 0 { recipe.fineTuningEpochs = Int(request.epochs) }
    if request.headOnly { recipe.fineTuningEpochs = 0 }
    if request.noFlip { recipe.mirroring = .never }
    do throws(ModelError) { try recipe.check() } catch { throw Status(error) }
    return recipe
  }
}

extension EngineTrainClassifierEvent {
  /// One step of progress, in the words of the contract.
  init(_ event: Model.TrainingEvent, images: Int) {
    if let note = event.note {
      self.init(event: .note(note))
      return
    }
    let done = min(1, max(0, event.fraction)) * Double(images)
    self.init(
      event: .progress(
        Progress(
          phase: EnginePhase(event.phase), epoch: UInt32(clamping: event.epoch),
          epochs: UInt32(clamping: event.epochs), imagesDone: UInt64(done),
          imagesTotal: UInt64(images), loss: event.loss,
          validationAccuracy: event.validationAccuracy, imagesPerSecond: event.imagesPerSecond,
          secondsLeft: event.secondsLeft)))
  }
}

extension EnginePhase {
  init(_ phase: Model.TrainingEvent.Phase) {
    switch phase {
    case .images, .features: self = .features
    case .head: self = .head
    case .fineTuning: self = .fineTuning
    }
  }
}
