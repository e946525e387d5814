internal import API
internal import Store

// What an engine says of a detector it has trained, checked and in the terms of the contract.

extension DetectionMetrics {
  /// - Throws: when there is not one entry for each class, or a figure is not within 0 to 1.
  init(
    _ figures: EngineDetectorFigures, classNames: [String]
  ) throws(TrainingResultError) {
    guard figures.classes.count == classNames.count else {
      throw .classes(entries: figures.classes.count, classes: classNames.count)
    }
    try checkShares([
      figures.map, figures.map50, figures.map75, figures.mapSmall, figures.mapMedium,
      figures.mapLarge, figures.averageRecall1, figures.averageRecall10,
      figures.averageRecall100, figures.confidenceBest, figures.precision, figures.recall,
      figures.f1,
    ])
    var classes: [ClassMetrics] = []
    for (name, entry) in zip(classNames, figures.classes) {
      try checkShares([
        entry.averagePrecision, entry.averagePrecision50, entry.averageRecall, entry.precision,
        entry.recall, entry.f1,
      ])
      classes.append(
        ClassMetrics(
          className: name, averagePrecision: entry.averagePrecision,
          averagePrecision50: entry.averagePrecision50, averageRecall: entry.averageRecall,
          precision: entry.precision, recall: entry.recall, f1: entry.f1, objects: entry.objects))
    }
    self.init(
      map: figures.map, map50: figures.map50, map75: figures.map75, mapSmall: figures.mapSmall,
      mapMedium: figures.mapMedium, mapLarge: figures.mapLarge,
      averageRecall1: figures.averageRecall1, averageRecall10: figures.averageRecall10,
      averageRecall100: figures.averageRecall100, classes: classes,
      confidenceBest: figures.confidenceBest, precision: figures.precision,
      recall: figures.recall, f1: figures.f1, trainingObjects: figures.trainingObjects,
      validationObjects: figures.validationObjects, boxesLeftOut: figures.boxesLeftOut)
  }
}

extension TrainingReport {
  /// Images that a report shows.
  static let examplesMax = 16
  /// Objects of one such image, those there and those found.
  static let exampleObjectsMax = 100
  /// Recalls of 0, 0.01, to 1.
  static let curvePoints = 101

  /// - Throws: when something of it is too much, not within its range, or about nothing there is.
  init(
    _ figures: EngineDetectorFigures, of dataSet: FrozenDataSet
  ) throws(TrainingResultError) {
    let names = dataSet.classNames
    let side = names.count + 1
    guard figures.confusion.count == side * side else {
      throw .confusion(entries: figures.confusion.count, classes: names.count)
    }
    guard figures.examples.count <= Self.examplesMax else {
      throw .examples(count: figures.examples.count, limit: Self.examplesMax)
    }
    var curves: [PrecisionRecallCurve] = []
    for (name, entry) in zip(names, figures.classes) where !entry.precisions.isEmpty {
      guard entry.precisions.count == Self.curvePoints else {
        throw .curve(points: entry.precisions.count, limit: Self.curvePoints)
      }
      try checkShares(entry.precisions)
      curves.append(PrecisionRecallCurve(className: name, precisions: entry.precisions))
    }
    var examples: [DetectionExample] = []
    for example in figures.examples {
      examples.append(try DetectionExample(example, of: dataSet))
    }
    self.init(
      confusion: Confusion(classNames: names, counts: figures.confusion, hasBackground: true),
      precisionRecall: curves, detectionExamples: examples)
  }
}

extension TrainingReport.DetectionExample {
  init(
    _ example: EngineDetectorFigures.Example, of dataSet: FrozenDataSet
  ) throws(TrainingResultError) {
    guard example.index < dataSet.examples.count,
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
      dataPointId: known.object.hex, imageWidth: known.width, imageHeight: known.height,
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
    guard let box = object.box, box.classIndex < classNames.count,
      (0...1).contains(object.confidence),
      [box.xMin, box.yMin, box.xMax, box.yMax].allSatisfy(\.isFinite),
      box.xMin <= box.xMax, box.yMin <= box.yMax
    else { return nil }
    self.init(
      xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax,
      className: classNames[Int(box.classIndex)], confidence: object.confidence)
  }
}
