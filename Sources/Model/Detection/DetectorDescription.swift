/// What a detector's file says about itself beside its weights; with them it is a complete model.
package struct DetectorDescription: Sendable, Equatable {
  /// The network's name, "efficientnet-lite0-pan".
  package static let architecture = "efficientnet-lite0-pan"
  /// Images are stretched to this many pixels on each side, whatever their proportions.
  package var inputSide: Int
  /// What the outputs mean, in their order: labels of the caller's choice.
  package var classes: [String]
  /// From which confidence on a detection is worth showing, by validation; a good default.
  package var bestConfidence = 0.25
  /// How it was trained: parameters and figures by name, for people.
  package var recipe: [String: String] = [:]

  package init(inputSide: Int, classes: [String]) {
    self.inputSide = inputSide
    self.classes = classes
  }
}

// As the metadata of a safetensors file.
extension DetectorDescription {
  static let format = "diyml-detector-1"

  package var metadata: [String: String] {
    ModelMetadata(
      format: DetectorDescription.format, architecture: DetectorDescription.architecture,
      inputSide: inputSide, classes: classes, recipe: recipe,
      own: ("best_confidence", String(bestConfidence))
    ).values
  }

  package init(metadata: [String: String]) throws(ModelError) {
    let metadata = try ModelMetadata(
      metadata, format: DetectorDescription.format, architecture: DetectorDescription.architecture)
    inputSide = try metadata.inputSide(within: DetectionRecipe.inputSides, step: 32)
    classes = try ModelDescription.classes(json: try metadata.value("classes"))
    guard classes.count <= DetectionSet.classesMax else {
      throw .badDescription("\(classes.count) classes; the limit is \(DetectionSet.classesMax)")
    }
    guard
      let confidence = Double(try metadata.value("best_confidence")), (0...1).contains(confidence)
    else { throw .badDescription("best_confidence must lie within 0...1") }
    bestConfidence = confidence
    recipe = metadata.recipe
  }
}
