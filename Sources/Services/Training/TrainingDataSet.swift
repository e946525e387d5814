internal import API
internal import RPCCore
internal import Store

/// What a training learns from.
enum TrainingDataSet {
  /// A confusion matrix of more classes passes the elements that a message may hold.
  static let classesMax = 500
  /// With their curves and examples, those of detectors take more of them.
  static let detectionClassesMax = 400
  /// Images and boxes together, for the same reason: an engine gets them in one message.
  static let imagesAndBoxesMax = 250_000

  /// Chooses the labelled images of a project that is ready to be trained.
  ///
  /// They stand in the order of their hashes, so that the same images and labels give the same data
  /// set, and with the same seed the same weights, in whatever order they were uploaded.
  ///
  /// - Throws: `FAILED_PRECONDITION` with everything that `AnalyzeProject` calls an error.
  static func freeze(_ contents: ProjectContents) throws -> FrozenDataSet {
    try requireReadyToTrain(contents)
    let project = contents.project
    switch project.kind {
    case .classification: try checkClassCount(project.classes.count, max: classesMax)
    case .detection: try checkClassCount(project.classes.count, max: detectionClassesMax)
    }
    let places = Dictionary(
      uniqueKeysWithValues: project.classes.enumerated().map { ($1.name, UInt32($0)) })
    let labeled = contents.dataPoints.compactMap { point in
      point.annotation.flatMap { label($0, places) }.map { (point, $0) }
    }.sorted { $0.0.object.hex < $1.0.object.hex }
    try checkSize(labeled.map(\.1))
    let groups = duplicateGroups(of: labeled.map(\.0.image.perceptualHash))
    let examples = zip(labeled, groups).map { labeled, group in
      let (point, label) = labeled
      return TrainingExample(
        object: point.object, label: label, group: group, width: point.image.width,
        height: point.image.height)
    }
    return FrozenDataSet(classNames: project.classes.map(\.name), examples: examples)
  }

  /// Nothing for a class that the project does not have.
  private static func label(
    _ annotation: AnnotationRecord, _ places: [String: UInt32]
  ) -> TrainingExample.Label? {
    switch annotation {
    case .className(let name): places[name].map { .classIndex($0) }
    case .boxes(let boxes):
      .boxes(
        boxes.compactMap { box in
          places[box.className].map { place in
            FrozenBox(
              classIndex: place, xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax)
          }
        })
    }
  }

  static func checkClassCount(_ count: Int, max classesMax: Int) throws(Status) {
    guard count <= classesMax else {
      throw Status.past(
        "classes to train", value: count, limit: classesMax, code: .failedPrecondition)
    }
  }

  static func checkSize(_ labels: [TrainingExample.Label]) throws(Status) {
    let count = labels.reduce(0) { count, label in
      switch label {
      case .classIndex: count + 1
      case .boxes(let boxes): count + 1 + boxes.count
      }
    }
    guard count <= imagesAndBoxesMax else {
      throw Status.past(
        "images and boxes to train", value: count, limit: imagesAndBoxesMax,
        code: .failedPrecondition)
    }
  }
}
