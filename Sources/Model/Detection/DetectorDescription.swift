/// What a detector's file says about itself beside its weights; with them it is a complete model.
package struct DetectorDescription: Sendable, Equatable {
  /// The network's name, "efficientnet-lite0-pan".
  package var architecture = DetectorDescription.architecture
  /// Images are stretched to this many pixels on each side, whatever their proportions.
  package var inputSide: Int
  /// What the outputs mean, in their order: labels of the caller's choice.
  package var classes: [String]
  /// From which confidence on a detection is worth showing, by validation; a good default.
  package var bestConfidence = 0.25
  /// How it was trained: parameters and figures by name, for people.
  package var recipe: [String: String] = [:]

  package static let architecture = "efficientnet-lite0-pan"

  package init(inputSide: Int, classes: [String]) {
    self.inputSide = inputSide
    self.classes = classes
  }
}

// As the metadata of a safetensors file.
extension DetectorDescription {
  static let format = "diyml-detector-1"

  package var metadata: [String: String] {
    var metadata = [
      "format": DetectorDescription.format,
      "architecture": architecture,
      "input_side": String(inputSide),
      "classes": JSONText.array(classes),
      "best_confidence": String(bestConfidence),
    ]
    for (key, value) in recipe { metadata["recipe.\(key)"] = value }
    return metadata
  }

  package init(metadata: [String: String]) throws(ModelError) {
    func value(_ key: String) throws(ModelError) -> String {
      guard let value = metadata[key] else { throw .badDescription("\(key) is missing") }
      return value
    }
    guard try value("format") == DetectorDescription.format else {
      throw .badDescription("the format is not \(DetectorDescription.format)")
    }
    architecture = try value("architecture")
    guard architecture == DetectorDescription.architecture else {
      throw .badDescription("the architecture \(architecture) is unknown")
    }
    guard
      let side = Int(try value("input_side")), DetectionRecipe.inputSides.contains(side),
      side.isMultiple(of: 32)
    else {
      throw .badDescription(
        "input_side must be a multiple of 32 within \(DetectionRecipe.inputSides)")
    }
    inputSide = side
    classes = try ModelDescription.classes(json: try value("classes"))
    guard classes.count <= DetectionSet.classesMax else {
      throw .badDescription("\(classes.count) classes; the limit is \(DetectionSet.classesMax)")
    }
    guard
      let confidence = Double(try value("best_confidence")), (0...1).contains(confidence)
    else { throw .badDescription("best_confidence must lie within 0...1") }
    bestConfidence = confidence
    for (key, value) in metadata where key.hasPrefix("recipe.") {
      recipe[String(key.dropFirst("recipe.".count))] = value
    }
  }
}
