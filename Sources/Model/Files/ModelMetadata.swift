/// The metadata of a model file, as far as all kinds of model have the same.
struct ModelMetadata {
  private static let recipePrefix = "recipe."

  let values: [String: String]

  /// What a file is to hold: `own` beside what all models say.
  init(
    format: String, architecture: String, inputSide: Int, classes: [String],
    recipe: [String: String], own: (key: String, value: String)
  ) {
    var values = [
      "format": format,
      "architecture": architecture,
      "input_side": String(inputSide),
      "classes": MetadataJSON.array(classes),
      own.key: own.value,
    ]
    for (key, value) in recipe { values[Self.recipePrefix + key] = value }
    self.values = values
  }

  /// What a file holds.
  ///
  /// - Throws: `.badDescription` for another format or architecture.
  init(_ values: [String: String], format: String, architecture: String) throws(ModelError) {
    self.values = values
    guard try value("format") == format else {
      throw .badDescription("the format is not \(format)")
    }
    let found = try value("architecture")
    guard found == architecture else {
      throw .badDescription("the architecture \(found) is unknown")
    }
  }

  func value(_ key: String) throws(ModelError) -> String {
    guard let value = values[key] else { throw .badDescription("\(key) is missing") }
    return value
  }

  var recipe: [String: String] {
    var recipe: [String: String] = [:]
    for (key, value) in values where key.hasPrefix(Self.recipePrefix) {
      recipe[String(key.dropFirst(Self.recipePrefix.count))] = value
    }
    return recipe
  }
}

/// Strings as JSON writes them.
enum MetadataJSON {
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  static func array(_ texts: [String]) -> String {
    "[\(texts.map(quoted).joined(separator: ","))]"
  }
}
