internal import API
internal import BoxMetrics
internal import Model
internal import RPCCore

extension TrainingTask {
  /// - Throws: `INVALID_ARGUMENT` for a class, hash, box or parameter outside its bounds.
  init(
    _ request: EngineTrainDetectorRequest, folders: EngineFolders, computingThreads: Int
  ) throws {
    let recipe = try DetectionRecipe(
      request.parameters ?? TrainingParameters(), computingThreads: computingThreads)
    let set = try DetectionSet(request, folders: folders)
    imageCount = set.examples.count
    train = { path, progress, isCancelled in
      let report = try DetectionTrainer(recipe, backbonePath: folders.backbone).train(
        set, writingTo: path, progress: progress, isCancelled: isCancelled)
      return Outcome(report, of: set)
    }
  }
}

extension DetectionRecipe {
  init(_ parameters: TrainingParameters, computingThreads: Int) throws {
    guard !parameters.headOnly else {
      throw Status.invalid("parameters.head_only", "true; a detector has no part that learns alone")
    }
    self.init()
    self.computingThreads = computingThreads
    seed = parameters.seed
    if parameters.inputSide > 0 { inputSide = Int(parameters.inputSide) }
    if parameters.timeBudgetSeconds > 0 {
      timeBudget = .seconds(Int64(parameters.timeBudgetSeconds))
    }
    if parameters.validationFraction > 0 { validationFraction = parameters.validationFraction }
    if parameters.epochs > 0 { epochs = Int(parameters.epochs) }
    mirrors = !parameters.noFlip
    do throws(ModelError) { try check() } catch { throw Status(error) }
  }
}

extension DetectionSet {
  init(_ request: EngineTrainDetectorRequest, folders: EngineFolders) throws {
    guard (1...UInt32(DetectionSet.classesMax)).contains(request.classCount) else {
      throw Status.invalid(
        "class_count", "\(request.classCount) classes; it must be 1 to \(DetectionSet.classesMax)")
    }
    guard !request.examples.isEmpty else { throw Status.invalid("examples", "there are none") }
    var examples: [Example] = []
    for (index, example) in request.examples.enumerated() {
      examples.append(
        try Example(example, classCount: request.classCount, field: "examples[\(index)]"))
    }
    let images = try StoredImages(request.examples.map(\.object), in: folders)
    self.init(
      classes: (0..<request.classCount).map(String.init), examples: examples, pixels: images.pixels)
  }
}

extension DetectionSet.Example {
  init(
    _ example: EngineTrainDetectorRequest.Example, classCount: UInt32, field: String
  ) throws(Status) {
    for (name, side) in [("width", example.width), ("height", example.height)]
    where !DetectionSet.imageSides.contains(Int(side)) {
      throw .invalid(
        "\(field).\(name)", "\(side) pixels; it must be within \(DetectionSet.imageSides)")
    }
    guard example.boxes.count <= DetectionSet.boxesPerImageMax else {
      throw .invalid(
        "\(field).boxes",
        "\(example.boxes.count) boxes; the limit is \(DetectionSet.boxesPerImageMax)")
    }
    var truths: [EvaluatedImage.Truth] = []
    for (index, box) in example.boxes.enumerated() {
      truths.append(
        try EvaluatedImage.Truth(box, classCount: classCount, field: "\(field).boxes[\(index)]"))
    }
    self.init(
      width: Int(example.width), height: Int(example.height), truths: truths,
      group: Int(example.group))
  }
}

extension EvaluatedImage.Truth {
  init(_ box: EngineBox, classCount: UInt32, field: String) throws(Status) {
    guard box.classIndex < classCount else {
      throw .invalid(
        "\(field).class_index", "class \(box.classIndex); there are \(classCount) classes")
    }
    let sides = [box.xMin, box.yMin, box.xMax, box.yMax]
    guard sides.allSatisfy(\.isFinite), box.xMin <= box.xMax, box.yMin <= box.yMax else {
      throw .invalid(
        field,
        "(\(box.xMin), \(box.yMin)) to (\(box.xMax), \(box.yMax)) is not a valid box: finite,"
          + " x_min <= x_max, y_min <= y_max")
    }
    self.init(
      box: Box(xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax),
      classIndex: Int(box.classIndex))
  }
}
