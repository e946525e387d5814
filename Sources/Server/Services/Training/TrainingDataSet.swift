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

  /// Refuses a project that is too large to be trained, by what is counted of it.
  static func checkSize(of project: Project, boxCount: UInt64) throws(Status) {
    try checkClassCount(
      project.classes.count, max: project.type == .detection ? detectionClassesMax : classesMax)
    let count = UInt64(project.labeledImageCount) + boxCount
    guard count <= imagesAndBoxesMax else {
      throw Status.past(
        "images and boxes to train", value: Int(clamping: count), limit: imagesAndBoxesMax,
        code: .failedPrecondition)
    }
  }

  /// Chooses the labelled images of a project that is ready to be trained.
  ///
  /// They stand in the order of their upload; the groups of those that look alike are numbered in the
  /// order of their hashes, so that the same images and labels give the same data set, and with the
  /// same seed the same weights.
  ///
  /// - Throws: `FAILED_PRECONDITION` with everything that `AnalyzeProject` calls an error.
  static func freeze(_ examination: ProjectExamination) throws -> FrozenDataSet {
    let project = examination.project
    try checkSize(of: project, boxCount: examination.boxCount)
    let count = Int(project.labeledImageCount)
    var counts = ClassCounts(classes: project.classes.count)
    var examples: [TrainingExample] = []
    var images: [(hash: UInt64, isUsable: Bool)] = []
    examples.reserveCapacity(count)
    images.reserveCapacity(count)
    try examination.forEachImage(onlyLabeled: true) { image in
      let isUsable = counts.count(image)
      guard let label = image.label else { return }
      examples.append(
        TrainingExample(
          object: image.object, label: label, group: 0, width: image.width, height: image.height))
      images.append((image.perceptualHash, isUsable))
    }
    let order = examples.indices.sorted { examples[$0].object.hex < examples[$1].object.hex }
    var looks = ImageLooks(count: order.count)
    for place in order { looks.append(images[place].hash, isUsable: images[place].isUsable) }
    try looks.group(checking: examination.check)
    try Readiness(of: project, counts, looks, checking: examination.check).require()
    for (place, group) in zip(order, looks.groups) { examples[place].group = Int32(group) }
    return FrozenDataSet(classNames: project.classes.map(\.name), examples: examples)
  }

  static func checkClassCount(_ count: Int, max classesMax: Int) throws(Status) {
    guard count <= classesMax else {
      throw Status.past(
        "classes to train", value: count, limit: classesMax, code: .failedPrecondition)
    }
  }
}
