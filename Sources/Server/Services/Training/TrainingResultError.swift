/// What is wrong with what a training engine sent.
enum TrainingResultError: Error, Equatable {
  /// The matrix is not the square of the number of classes.
  case confusion(entries: Int, classes: Int)
  /// A share that is not within 0 to 1.
  case share(Double)
  case loss(Double)
  /// A count below 0.
  case count(Int32)
  /// Not one entry for each class, in their order.
  case classes(entries: Int, classes: Int)
  /// A precision-recall curve of another number of points.
  case curve(points: Int, limit: Int)
  case examples(count: Int, limit: Int)
  case exampleIndex(Int32, examples: Int)
  /// A found object without a box, or of a class or confidence that cannot be.
  case object
  case history(epochs: Int, limit: Int)
  /// The result is of another kind of model.
  case otherKind
  /// The frozen data set is of another kind of model.
  case dataSet
  /// The engine's events ended without a result.
  case missing
  /// Something came after the result.
  case notLast
  case messageTooLarge(bytes: Int, limit: Int)
  case modelTooLarge(bytes: UInt64, limit: UInt64)
  case modelHash(found: String, stated: String)
}

extension TrainingResultError: CustomStringConvertible {
  var description: String {
    switch self {
    case .confusion(let entries, let classes):
      "its confusion matrix has \(entries) entries for \(classes) classes"
    case .classes(let entries, let classes):
      "it has figures of \(entries) classes, and not of the \(classes) there are"
    case .curve(let points, let limit): "a curve of it has \(points) points, not \(limit)"
    case .examples(let count, let limit):
      "it has \(count) examples or objects of one; the limit is \(limit)"
    case .exampleIndex(let index, let examples):
      "it has an example of image \(index); there are \(examples)"
    case .object: "it found what is not an object"
    case .history(let epochs, let limit): "it tells of \(epochs) epochs; the limit is \(limit)"
    case .otherKind: "its result is of another kind of model"
    case .dataSet: "the frozen data set is of another kind of model"
    case .share(let share): "it states a figure of \(share), which is not within 0 to 1"
    case .loss(let loss): "it states a loss of \(loss)"
    case .count(let count): "it states a count of \(count)"
    case .missing: "it ended without a result"
    case .notLast: "it went on after its result"
    case .messageTooLarge(let bytes, let limit):
      "its figures have \(bytes) bytes; the limit is \(limit)"
    case .modelTooLarge(let bytes, let limit):
      "its model has \(bytes) bytes; the limit is \(limit)"
    case .modelHash(let found, let stated):
      "it wrote a model with the SHA-256 \(found) and states \(stated)"
    }
  }
}
