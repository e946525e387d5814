internal import JSONText

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
      "classes": Self.json(classes),
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

  func inputSide(within range: ClosedRange<Int>, step: Int = 1) throws(ModelError) -> Int {
    guard let side = Int(try value("input_side")), range.contains(side), side.isMultiple(of: step)
    else { throw .badDescription("input_side must lie within \(range), in steps of \(step)") }
    return side
  }

  var recipe: [String: String] {
    var recipe: [String: String] = [:]
    for (key, value) in values where key.hasPrefix(Self.recipePrefix) {
      recipe[String(key.dropFirst(Self.recipePrefix.count))] = value
    }
    return recipe
  }
}

extension ModelMetadata {
  /// Of the name of one class.
  static let classNameBytesMax = 4_096

  /// The names of classes as one text, a JSON array.
  private static func json(_ classes: [String]) -> String {
    "[\(classes.map(\.quotedJSON).joined(separator: ","))]"
  }

  /// - Throws: `.badArgument` for names of classes that no file can hold.
  static func check(classes: [String]) throws(ModelError) {
    for name in classes where name.utf8.count > classNameBytesMax {
      throw .badArgument(
        "the name of a class has \(name.utf8.count) bytes; the limit is \(classNameBytesMax)")
    }
    let bytes = json(classes).utf8.count
    let limit = SafetensorsHeader.Limits().metadataValueBytesMax
    guard bytes <= limit else {
      throw .badArgument("the names of all classes take \(bytes) bytes; the limit is \(limit)")
    }
  }
}
