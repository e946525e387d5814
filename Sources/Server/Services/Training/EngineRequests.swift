internal import API
internal import Store

// What an engine is asked to train.

extension EngineTrainClassifierRequest {
  /// - Throws: when an example has boxes: the data set is not a classifier's.
  init(_ dataSet: FrozenDataSet, _ parameters: TrainingParameters) throws(TrainingResultError) {
    var examples: [Example] = []
    for example in dataSet.examples {
      guard case .classIndex(let index) = example.label else { throw .dataSet }
      examples.append(
        Example(
          object: example.object.hex, classIndex: index, group: example.group,
          width: example.width, height: example.height))
    }
    self.init(
      examples: examples, classCount: UInt32(dataSet.classNames.count),
      parameters: parameters)
  }
}

extension EngineTrainDetectorRequest {
  /// - Throws: when an example has no boxes: the data set is not a detector's.
  init(_ dataSet: FrozenDataSet, _ parameters: TrainingParameters) throws(TrainingResultError) {
    var examples: [Example] = []
    for example in dataSet.examples {
      guard case .boxes(let boxes) = example.label else { throw .dataSet }
      examples.append(
        Example(
          object: example.object.hex, boxes: boxes.map { EngineBox($0) }, group: example.group,
          width: example.width, height: example.height))
    }
    self.init(
      examples: examples, classCount: UInt32(dataSet.classNames.count),
      parameters: parameters)
  }
}

extension EngineBox {
  init(_ box: FrozenBox) {
    self.init(
      classIndex: box.classIndex, xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax)
  }
}
