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
    _ result: EngineTrainClassifierEvent.Result, classNames: [String]
  ) throws(TrainingResultError) {
    let classCount = classNames.count
    guard result.confusion.count == classCount * classCount else {
      throw .confusion(entries: result.confusion.count, classes: classCount)
    }
    for share in [result.accuracy, result.topKAccuracy] where !(0...1).contains(share) {
      throw .share(share)
    }
    guard result.loss.isFinite else { throw .loss(result.loss) }
    let confusion = ConfusionMatrix(result.confusion, classCount: classCount)
    let classes = classNames.indices.map { index in
      ClassMetrics(
        className: classNames[index], precision: confusion.precision(of: index),
        recall: confusion.recall(of: index), f1: confusion.f1(of: index),
        support: confusion.support(of: index))
    }
    let supported = classes.filter { $0.support > 0 }
    let macroF1 = supported.reduce(0) { $0 + $1.f1 } / Double(max(supported.count, 1))
    self.init(
      accuracy: result.accuracy, topKAccuracy: result.topKAccuracy, topK: result.topK,
      macroF1: macroF1, classes: classes, confusion: result.confusion,
      trainingImages: result.trainingImages, validationImages: result.validationImages,
      loss: result.loss)
  }
}

/// Counts of images of class `row` taken for class `column`, row by row.
struct ConfusionMatrix {
  private let counts: [UInt64]
  private let classCount: Int

  init(_ counts: [UInt64], classCount: Int) {
    precondition(counts.count == classCount * classCount, "a confusion matrix is square")
    self.counts = counts
    self.classCount = classCount
  }

  /// Images of the class.
  func support(of index: Int) -> UInt64 {
    (0..<classCount).reduce(0) { $0 &+ counts[index * classCount + $1] }
  }

  /// Images taken for the class.
  func predicted(as index: Int) -> UInt64 {
    (0..<classCount).reduce(0) { $0 &+ counts[$1 * classCount + index] }
  }

  /// Of the images taken for the class, the share that is of it.
  func precision(of index: Int) -> Double { share(right(of: index), predicted(as: index)) }

  /// Of the images of the class, the share that was taken for it.
  func recall(of index: Int) -> Double { share(right(of: index), support(of: index)) }

  /// The harmonic mean of precision and recall.
  func f1(of index: Int) -> Double {
    share(2 &* right(of: index), support(of: index) &+ predicted(as: index))
  }

  private func right(of index: Int) -> UInt64 { counts[index * classCount + index] }

  private func share(_ part: UInt64, _ whole: UInt64) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}
