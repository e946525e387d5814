package import API

/// What a model said of one image file.
package struct ImageAnswer: Sendable, Equatable {
  /// Its place among the files asked about, from 0.
  package let index: Int
  package let file: String
  package let outcome: InferStreamResponse.Outcome

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
