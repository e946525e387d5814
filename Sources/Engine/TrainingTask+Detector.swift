internal import API
internal import BoxMetrics
internal import Model
internal import RPCCore

extension TrainingTask {
  /// - Throws: `INVALID_ARGUMENT` for a hash or parameter outside its bounds; training checks sizes,
  ///   classes and boxes.
  init(
    _ request: EngineTrainDetectorRequest, folders: EngineFolders, computingThreads: Int
  ) throws {
    let recipe = try DetectionRecipe(
      request.parameters ?? TrainingParameters(), computingThreads: computingThreads)
    let images = try StoredImages(request.examples.map(\.object), in: folders)
    let set = DetectionSet(
      classes: request.classNames, examples: request.examples.map { .init($0) },
      pixels: images.pixels)
    train = { trainer in
      let (report, model) = try trainer.train(recipe, on: set)
      let boxes = set.examples.reduce(0) { $0 + $1.truths.count }
      return (EngineTrainEvent.Result(report, boxes: boxes), model)
    }
  }
}

extension DetectionSet.Example {
  init(_ example: EngineTrainDetectorRequest.Example) {
    self.init(
      width: Int(example.width), height: Int(example.height),
      truths: example.boxes.map { .init($0) }, group: Int(example.group))
  }
}

extension EvaluatedImage.Truth {
  init(_ box: EngineBox) {
    self.init(
      box: .init(xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax),
      classIndex: Int(box.classIndex))
  }
}
