internal import API
internal import Store

// What an engine says of a detector it has trained.

extension DetectionMetrics {
  /// - Throws: when the figures are not of these classes, or one is not within 0 to 1.
  func check(classNames: [String]) throws(TrainingResultError) {
    guard classes.map(\.className) == classNames else {
      throw .classes(entries: classes.count, classes: classNames.count)
    }
    try checkShares([
      meanAveragePrecision, meanAveragePrecision50, meanAveragePrecision75,
      meanAveragePrecisionSmall, meanAveragePrecisionMedium, meanAveragePrecisionLarge,
      averageRecall1, averageRecall10, averageRecall100, confidenceBest, precision, recall, f1,
    ])
    for entry in classes {
      try checkShares([
        entry.averagePrecision, entry.averagePrecision50, entry.averageRecall, entry.precision,
        entry.recall, entry.f1,
      ])
    }
    try checkCounts(
      [trainingObjects, validationObjects, boxesLeftOut] + classes.map(\.objects))
  }
}

extension TrainingReport {
  /// Images that a report shows.
  static let examplesMax = 16
  /// Objects of one such image, those there and those found.
  static let exampleObjectsMax = 100
  /// Recalls of 0, 0.01, to 1.
  static let curvePoints = 101

  /// - Throws: when something of it is too much, not within its range, or not of these classes.
  func checkDetection(classNames: [String]) throws(TrainingResultError) {
    let side = classNames.count + 1
    let entries = confusion?.counts.count ?? 0
    guard entries == side * side, confusion?.hasBackground == true else {
      throw .confusion(entries: entries, classes: classNames.count)
    }
    try checkCounts(confusion?.counts ?? [])
    var names = Set(classNames)
    guard confusion?.classNames == classNames,
      precisionRecall.allSatisfy({ names.remove($0.className) != nil })
    else { throw .classes(entries: precisionRecall.count, classes: classNames.count) }
    for curve in precisionRecall {
      guard curve.precisions.count == Self.curvePoints else {
        throw .curve(points: curve.precisions.count, limit: Self.curvePoints)
      }
      try checkShares(curve.precisions)
    }
  }
}

extension TrainingReport.DetectionExample {
  init(
    _ example: EngineTrainEvent.Example, of dataSet: FrozenDataSet
  ) throws(TrainingResultError) {
    guard dataSet.examples.indices.contains(Int(example.index)),
      case .boxes(let boxes) = dataSet.examples[Int(example.index)].label
    else { throw .exampleIndex(example.index, examples: dataSet.examples.count) }
    guard example.objects.count <= TrainingReport.exampleObjectsMax else {
      throw .examples(count: example.objects.count, limit: TrainingReport.exampleObjectsMax)
    }
    let known = dataSet.examples[Int(example.index)]
    var objects: [DetectedObject] = []
    for object in example.objects {
      guard let object = DetectedObject(object, classNames: dataSet.classNames) else {
        throw .object
      }
      objects.append(object)
    }
    self.init(
      imageId: known.object.hex, imageWidth: known.width, imageHeight: known.height,
      truths: boxes.map { box in
        Box(
          xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax,
          className: dataSet.classNames[Int(box.classIndex)])
      },
      objects: objects)
  }
}

extension DetectedObject {
  /// Nothing when the engine's object is not a valid box, of no class there is, or of no confidence.
  init?(_ object: EngineDetectedObject, classNames: [String]) {
    guard let box = object.box, classNames.indices.contains(Int(box.classIndex)),
      (0...1).contains(object.confidence),
      [box.xMin, box.yMin, box.xMax, box.yMax].allSatisfy(\.isFinite),
      box.xMin <= box.xMax, box.yMin <= box.yMax
    else { return nil }
    self.init(
      xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax,
      className: classNames[Int(box.classIndex)], confidence: object.confidence)
  }
}
