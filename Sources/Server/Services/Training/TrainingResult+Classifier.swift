internal import API

extension ModelMetrics {
  /// Works out precision, recall and F1 of each class from the confusion matrix of an engine's
  /// result.
  ///
  /// A class that was never predicted has precision 0, one without validation images recall 0.
  /// The mean F1 is over the classes that have validation images.
  ///
  /// - Throws: when the matrix is not `classNames.count` squared, or a share is not within 0 to 1.
  init(
    _ figures: EngineClassifierFigures, classNames: [String]
  ) throws(TrainingResultError) {
    let classCount = classNames.count
    guard figures.confusion.count == classCount * classCount else {
      throw .confusion(entries: figures.confusion.count, classes: classCount)
    }
    try checkShares([figures.accuracy, figures.topKAccuracy])
    let confusion = ConfusionMatrix(figures.confusion, classCount: classCount)
    let classes = classNames.indices.map { index in
      ClassMetrics(
        className: classNames[index], precision: confusion.precision(of: index),
        recall: confusion.recall(of: index), f1: confusion.f1(of: index),
        support: confusion.support(of: index))
    }
    let supported = classes.filter { $0.support > 0 }
    let macroF1 = supported.reduce(0) { $0 + $1.f1 } / Double(max(supported.count, 1))
    self.init(
      accuracy: figures.accuracy, topKAccuracy: figures.topKAccuracy, topK: figures.topK,
      macroF1: macroF1, classes: classes, confusion: figures.confusion)
  }
}

/// - Throws: when one of the figures, where there is one, is not within 0 to 1.
func checkShares(_ shares: [Double?]) throws(TrainingResultError) {
  for case .some(let share) in shares where !(0...1).contains(share) { throw .share(share) }
}
