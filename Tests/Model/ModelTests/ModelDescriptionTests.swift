import Testing

@testable import Model

struct ModelDescriptionTests {
  static var description: ModelDescription {
    var description = ModelDescription(inputSide: 96, classes: ["cat", "\"dog\"\n", "\u{1F600}"])
    description.averagesMirrored = true
    description.recipe = ["seed": "1"]
    return description
  }

  @Test func `a description survives the way through metadata`() throws {
    #expect(try ModelDescription(metadata: Self.description.metadata) == Self.description)
  }

  @Test(arguments: ["format", "architecture", "input_side", "classes", "averages_mirrored"])
  func `a description that lacks something says what`(key: String) {
    var metadata = Self.description.metadata
    metadata[key] = nil
    #expect(throws: ModelError.badDescription("\(key) is missing")) {
      try ModelDescription(metadata: metadata)
    }
  }

  @Test(arguments: [
    ("format", "diyml-classifier-2"), ("architecture", "resnet"), ("input_side", "31"),
    ("input_side", "513"), ("input_side", "many"), ("classes", "[]"), ("classes", "[1]"),
    ("classes", #"["a""#), ("classes", #"["a"]x"#), ("averages_mirrored", "maybe"),
  ])
  func `a description that makes no sense is refused`(key: String, value: String) {
    var metadata = Self.description.metadata
    metadata[key] = value
    #expect(throws: ModelError.self) { try ModelDescription(metadata: metadata) }
  }

  @Test(arguments: [32, 512])
  func `input sides at the bounds are taken`(side: Int) throws {
    var metadata = Self.description.metadata
    metadata["input_side"] = "\(side)"
    #expect(try ModelDescription(metadata: metadata).inputSide == side)
  }
}
