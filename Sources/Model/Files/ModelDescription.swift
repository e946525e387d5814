internal import JSONText

/// What a model file says about itself beside its weights; with them it is a complete model.
package struct ModelDescription: Sendable, Equatable {
  /// The backbone's name, "efficientnet-lite0".
  package static let architecture = EfficientNetLite0.name
  /// Images are scaled to this many pixels on each side, whatever their proportions.
  package var inputSide: Int
  /// What the outputs mean, in their order: labels of the caller's choice.
  package var classes: [String]
  /// Whether to average over each image and its mirror image.
  package var averagesMirrored = false
  /// How it was trained: parameters and figures by name, for people.
  package var recipe: [String: String] = [:]

  package static let classesMax = 10_000

  package init(inputSide: Int, classes: [String]) {
    self.inputSide = inputSide
    self.classes = classes
  }
}

// As the metadata of a safetensors file.
extension ModelDescription {
  static let format = "diyml-classifier-1"

  package var metadata: [String: String] {
    ModelMetadata(
      format: ModelDescription.format, architecture: ModelDescription.architecture,
      inputSide: inputSide, classes: classes, recipe: recipe,
      own: ("averages_mirrored", averagesMirrored ? "yes" : "no")
    ).values
  }

  package init(metadata: [String: String]) throws(ModelError) {
    let metadata = try ModelMetadata(
      metadata, format: ModelDescription.format, architecture: ModelDescription.architecture)
    inputSide = try metadata.inputSide(within: EfficientNetLite0.inputSides)
    classes = try ModelDescription.classes(json: try metadata.value("classes"))
    switch try metadata.value("averages_mirrored") {
    case "yes": averagesMirrored = true
    case "no": averagesMirrored = false
    case let other: throw .badDescription("averages_mirrored is \(other), neither yes nor no")
    }
    recipe = metadata.recipe
  }

  static func classes(json: String) throws(ModelError) -> [String] {
    var classes: [String] = []
    do throws(SafetensorsError) {
      var scanner = try JSONScanner<SafetensorsError>(Array(json.utf8))
      try scanner.expect("[")
      repeat {
        classes.append(try scanner.string(bytesMax: ModelMetadata.classNameBytesMax))
      } while scanner.take(",") && classes.count <= classesMax
      try scanner.expect("]")
      try scanner.expectEnd()
    } catch {
      throw .badDescription("classes: \(error)")
    }
    guard classes.count <= classesMax else {
      throw .badDescription("\(classes.count) classes; the limit is \(classesMax)")
    }
    return classes
  }
}
