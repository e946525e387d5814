internal import API
internal import Model
internal import RPCCore

extension TrainingTask {
  /// - Throws: `INVALID_ARGUMENT` for a class, hash or parameter outside its bounds.
  init(
    _ request: EngineTrainClassifierRequest, folders: EngineFolders, computingThreads: Int
  ) throws {
    let recipe = try ClassificationRecipe(
      request.parameters ?? TrainingParameters(), computingThreads: computingThreads)
    let set = try TrainingSet(request, folders: folders)
    train = { trainer in
      let (report, model) = try trainer.train(recipe, on: set)
      return (EngineTrainEvent.Result(report), model)
    }
  }
}

extension TrainingSet {
  init(_ request: EngineTrainClassifierRequest, folders: EngineFolders) throws {
    let classes = request.classNames
    let allowed = TrainingSet.classesMin...ModelDescription.classesMax
    guard allowed.contains(classes.count) else {
      throw Status.invalid(
        "class_names", "\(classes.count) classes; it must be within \(allowed)")
    }
    for (index, example) in request.examples.enumerated() {
      guard classes.indices.contains(Int(example.classIndex)) else {
        throw Status.invalid(
          "examples[\(index)].class_index",
          "class \(example.classIndex); there are \(classes.count) classes")
      }
    }
    let images = try StoredImages(request.examples.map(\.object), in: folders)
    let sides = request.examples.map { Int(min($0.width, $0.height)) }.sorted()
    self.init(
      classes: classes, labels: request.examples.map { Int($0.classIndex) },
      groups: request.examples.map { Int($0.group) },
      shorterSideMedian: sides[sides.count / 2], pixels: images.pixels)
  }
}

extension EngineTrainEvent.Result {
  init(_ report: ClassificationReport) {
    self.init(
      architecture: ModelDescription.architecture,
      inputSide: Int32(report.description.inputSide), metrics: ModelMetrics(report),
      report: TrainingReport(history: report.epochs.map { .init($0) }))
  }
}

extension ModelMetrics {
  /// Classes that the top-k accuracy looks at.
  private static let ranksMax = 5

  init(_ report: ClassificationReport) {
    let found = report.validation
    let ranks = min(Self.ranksMax, found.confusion.count)
    self.init(
      accuracy: found.accuracy, topKAccuracy: found.topAccuracy(ranks), topK: Int32(ranks),
      macroF1: found.macroF1,
      classes: zip(report.description.classes, found.classFigures).map { name, figures in
        ClassMetrics(
          className: name, precision: figures.precision, recall: figures.recall, f1: figures.f1,
          support: Int32(figures.support))
      },
      confusion: found.confusion.flatMap { $0.map { Int32($0) } },
      trainingImages: Int32(report.trainingImages),
      validationImages: Int32(report.validationImages), loss: report.epochs.last?.loss ?? 0)
  }
}
