/// What a model file says about itself beside its weights; with them it is a complete model.
package struct ModelDescription: Sendable, Equatable {
  /// The backbone's name, "efficientnet-lite0".
  package var architecture = EfficientNetLite0.name
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
      format: ModelDescription.format, architecture: architecture, inputSide: inputSide,
      classes: classes,
      recipe: recipe, own: ("averages_mirrored", averagesMirrored ? "yes" : "no")
    ).values
  }

  package init(metadata: [String: String]) throws(ModelError) {
    let metadata = try ModelMetadata(
      metadata, format: ModelDescription.format, architecture: EfficientNetLite0.name)
    architecture = EfficientNetLite0.name
    guard let side = Int(try metadata.value("input_side")),
      EfficientNetLite0.inputSides.contains(side)
    else {
      throw .badDescription("input_side must lie within \(EfficientNetLite0.inputSides)")
    }
    inputSide = side
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
      var scanner = JSONScanner(Array(json.utf8))
      try scanner.expect("[")
      repeat {
        classes.append(try scanner.string(bytesMax: 4096))
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
