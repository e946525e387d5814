/// What is wrong with what a training engine sent.
enum TrainingResultError: Error, Equatable {
  /// The matrix is not the square of the number of classes.
  case confusion(entries: Int, classes: Int)
  /// A share that is not within 0 to 1.
  case share(Double)
  case loss(Double)
  /// The engine's events ended without a result.
  case missing
  /// Something came after the result.
  case notLast
  case weightsTooLarge(bytes: UInt64, limit: UInt64)
  case weightsBytes(received: UInt64, stated: UInt64)
  case weightsHash(received: String, stated: String)
}

extension TrainingResultError: CustomStringConvertible {
  var description: String {
    switch self {
    case .confusion(let entries, let classes):
      "its confusion matrix has \(entries) entries for \(classes) classes"
    case .share(let share): "it states an accuracy of \(share), which is not within 0 to 1"
    case .loss(let loss): "it states a loss of \(loss)"
    case .missing: "it ended without a result"
    case .notLast: "it went on after its result"
    case .weightsTooLarge(let bytes, let limit):
      "its model has \(bytes) bytes or more; the limit is \(limit)"
    case .weightsBytes(let received, let stated):
      "it sent a model of \(received) bytes and states \(stated)"
    case .weightsHash(let received, let stated):
      "it sent a model with the SHA-256 \(received) and states \(stated)"
    }
  }
}
