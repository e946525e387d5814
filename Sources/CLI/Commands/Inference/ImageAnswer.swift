package import API

/// What a model said of one image file.
package struct ImageAnswer: Sendable, Equatable {
  package enum Outcome: Sendable, Equatable {
    case response(InferResponse)
    case failure(code: String, message: String)
  }

  /// Its place among the files asked about, from 0.
  package let index: Int
  package let file: String
  package let outcome: Outcome

  package init(index: Int, file: String, outcome: Outcome) {
    self.index = index
    self.file = file
    self.outcome = outcome
  }

  /// The classes, best first; none when the model finds boxes or the image failed.
  package var classes: [ScoredClass] {
    guard case .response(let response) = outcome,
      case .classification(let classification) = response.result
    else { return [] }
    return classification.classes
  }

  /// The objects found, most confident first; none when the model names classes or the image failed.
  package var objects: [DetectedObject] {
    guard case .response(let response) = outcome, case .detection(let detection) = response.result
    else { return [] }
    return detection.objects
  }
}
