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
    var metadata = [
      "format": ModelDescription.format,
      "architecture": architecture,
      "input_side": String(inputSide),
      "classes": JSONText.array(classes),
      "averages_mirrored": averagesMirrored ? "yes" : "no",
    ]
    for (key, value) in recipe { metadata["recipe.\(key)"] = value }
    return metadata
  }

  package init(metadata: [String: String]) throws(ModelError) {
    func value(_ key: String) throws(ModelError) -> String {
      guard let value = metadata[key] else { throw .badDescription("\(key) is missing") }
      return value
    }
    guard try value("format") == ModelDescription.format else {
      throw .badDescription("the format is not \(ModelDescription.format)")
    }
    architecture = try value("architecture")
    guard architecture == EfficientNetLite0.name else {
      throw .badDescription("the architecture \(architecture) is unknown")
    }
    guard let side = Int(try value("input_side")), EfficientNetLite0.inputSides.contains(side)
    else {
      throw .badDescription("input_side must lie within \(EfficientNetLite0.inputSides)")
    }
    inputSide = side
    classes = try ModelDescription.classes(json: try value("classes"))
    switch try value("averages_mirrored") {
    case "yes": averagesMirrored = true
    case "no": averagesMirrored = false
    case let other: throw .badDescription("averages_mirrored is \(other), neither yes nor no")
    }
    for (key, value) in metadata where key.hasPrefix("recipe.") {
      recipe[String(key.dropFirst("recipe.".count))] = value
    }
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
