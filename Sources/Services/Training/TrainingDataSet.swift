internal import API
internal import RPCCore
internal import Store

/// What a training learns from.
enum TrainingDataSet {
  /// A confusion matrix of more classes passes the elements that a message may hold.
  static let classesMax = 500

  /// Chooses the labelled images of a project that is ready to be trained.
  ///
  /// They stand in the order of their hashes, so that the same images and labels give the same data
  /// set, and with the same seed the same weights, in whatever order they were uploaded.
  ///
  /// - Throws: `UNIMPLEMENTED` for a detection project; `FAILED_PRECONDITION` with everything that
  ///   `AnalyzeProject` calls an error.
  static func freeze(_ contents: ProjectContents) throws -> FrozenDataSet {
    switch contents.project.kind {
    case .classification: break
    case .detection:
      throw Status(
        .unimplemented,
        "training of detection projects is not there yet; project '\(contents.project.name)'"
          + " can be filled and analysed until it is")
    }
    try requireReadyToTrain(contents)
    try checkClassCount(contents.project.classes.count)
    let places = Dictionary(
      uniqueKeysWithValues: contents.project.classes.enumerated().map { ($1.name, UInt32($0)) })
    let labeled = contents.dataPoints.compactMap { point -> (DataPointRecord, UInt32)? in
      guard case .className(let name) = point.annotation, let place = places[name] else {
        return nil
      }
      return (point, place)
    }.sorted { $0.0.object.hex < $1.0.object.hex }
    let groups = duplicateGroups(of: labeled.map(\.0.image.perceptualHash))
    let examples = zip(labeled, groups).map { labeled, group in
      let (point, place) = labeled
      return TrainingExample(
        object: point.object, classIndex: place, group: group, width: point.image.width,
        height: point.image.height)
    }
    return FrozenDataSet(classNames: contents.project.classes.map(\.name), examples: examples)
  }

  static func checkClassCount(_ count: Int) throws(Status) {
    guard count <= classesMax else {
      throw Status.past(
        "classes to train", value: count, limit: classesMax, code: .failedPrecondition)
    }
  }
}
