internal import API
internal import Store

// What an engine is asked to train, and the name of the staged file for the model.

extension EngineTrainClassifierRequest {
  /// - Throws: when an example has boxes: the data set is not a classifier's.
  init(
    _ dataSet: FrozenDataSet, _ parameters: TrainingParameters, modelFile: String
  ) throws(TrainingResultError) {
    var examples: [Example] = []
    for example in dataSet.examples {
      guard case .classIndex(let index) = example.label else { throw .dataSet }
      examples.append(
        Example(
          object: example.object.hex, classIndex: index, group: example.group,
          width: example.width, height: example.height))
    }
    self.init(
      examples: examples, classNames: dataSet.classNames, parameters: parameters,
      modelFile: modelFile)
  }
}

extension EngineTrainDetectorRequest {
  /// - Throws: when an example has no boxes: the data set is not a detector's.
  init(
    _ dataSet: FrozenDataSet, _ parameters: TrainingParameters, modelFile: String
  ) throws(TrainingResultError) {
    var examples: [Example] = []
    for example in dataSet.examples {
      guard case .boxes(let boxes) = example.label else { throw .dataSet }
      examples.append(
        Example(
          object: example.object.hex, boxes: boxes, group: example.group, width: example.width,
          height: example.height))
    }
    self.init(
      examples: examples, classNames: dataSet.classNames, parameters: parameters,
      modelFile: modelFile)
  }
}
