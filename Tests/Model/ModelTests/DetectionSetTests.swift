import BoxMetrics
import Testing

@testable import Model

/// What cannot be trained is refused before anything is read or computed.
struct DetectionSetTests {
  static let set = DetectionTrainingTests.set(images: 4)

  struct BadSet: Sendable {
    var message: String
    var change: @Sendable (inout DetectionSet) -> Void
  }

  static func box(_ edges: Double...) -> EvaluatedImage.Truth {
    .init(
      box: Box(xMin: edges[0], yMin: edges[1], xMax: edges[2], yMax: edges[3]), classIndex: 0)
  }

  static let badSets = [
    BadSet(message: "0 classes; at least 1 and at most 1000 can be trained") { $0.classes = [] },
    BadSet(message: "1001 classes; at least 1 and at most 1000 can be trained") {
      $0.classes = (0...1_000).map(String.init)
    },
    BadSet(message: "image 0 has a box of class 2; there are 2 classes") {
      $0.examples[0].truths[0].classIndex = 2
    },
    BadSet(message: "image 0 has a box of class -1; there are 2 classes") {
      $0.examples[0].truths[0].classIndex = -1
    },
    BadSet(message: "image 1 has a box with the edges [nan, 0.0, 9.0, 9.0]") {
      $0.examples[1].truths.append(box(.nan, 0, 9, 9))
    },
    BadSet(message: "image 1 has a box with the edges [0.0, 0.0, inf, 9.0]") {
      $0.examples[1].truths.append(box(0, 0, .infinity, 9))
    },
    BadSet(message: "image 2 has a side of 0 pixels") { $0.examples[2].height = 0 },
    BadSet(message: "image 0 has 5001 boxes; the limit is 5000") {
      $0.examples[0].truths = Array(repeating: box(0, 0, 9, 9), count: 5_001)
    },
    BadSet(message: "the class green has no box; at least 1 is needed") {
      $0.classes.append("green")
    },
    BadSet(
      message: "1 image with boxes, near-duplicates counted once; at least 2 are needed, one to "
        + "learn from and one to validate by"
    ) { set in
      for index in set.examples.indices { set.examples[index].group = 7 }
    },
  ]

  @Test(arguments: badSets)
  func `a set that cannot be trained is refused`(_ bad: BadSet) {
    var set = Self.set
    bad.change(&set)
    #expect(throws: ModelError.badArgument(bad.message)) { try set.cleaned() }
  }

  @Test func `boxes are clipped, and those that show nothing left out`() throws {
    var set = Self.set
    let kept = set.examples[3].truths.count
    set.examples[3].truths += [
      Self.box(-50, -50, 20, 20), Self.box(190, 90, 1e9, 1e9), Self.box(9, 9, 3, 12),
      Self.box(5, 5, 5, 9), Self.box(5, 5, 5.99, 9), Self.box(5, 5, 6, 6),
      Self.box(300, 0, 310, 9),
    ]
    let (cleaned, leftOut) = try set.cleaned()
    #expect(leftOut == 4)
    let edges = cleaned.examples[3].truths.dropFirst(kept).map(\.box)
    #expect(
      edges
        == [Self.box(0, 0, 20, 20), Self.box(190, 90, 200, 100), Self.box(5, 5, 6, 6)]
        .map(\.box))
  }

  @Test func `as many boxes as the limit can be trained`() throws {
    var set = Self.set
    set.examples[0].truths = Array(repeating: Self.box(0, 0, 9, 9), count: 5_000)
    #expect(try set.cleaned().boxesLeftOut == 0)
  }

  struct RecipeChange: Sendable {
    var isGood: Bool
    var change: @Sendable (inout DetectionRecipe) -> Void
  }

  static let recipeChanges = [
    RecipeChange(isGood: true) { $0.inputSide = 64 },
    RecipeChange(isGood: false) { $0.inputSide = 32 },
    RecipeChange(isGood: false) { $0.inputSide = 65 },
    RecipeChange(isGood: true) { $0.inputSide = 640 },
    RecipeChange(isGood: false) { $0.inputSide = 672 },
    RecipeChange(isGood: true) { $0.epochs = 1 },
    RecipeChange(isGood: false) { $0.epochs = 0 },
    RecipeChange(isGood: true) { $0.epochs = 1_000 },
    RecipeChange(isGood: false) { $0.epochs = 1_001 },
    RecipeChange(isGood: false) { $0.validationFraction = 0.51 },
    RecipeChange(isGood: false) { $0.validationFraction = .nan },
    RecipeChange(isGood: true) { $0.timeBudget = .seconds(1) },
    RecipeChange(isGood: false) { $0.timeBudget = .milliseconds(999) },
    RecipeChange(isGood: false) { $0.computingThreads = 0 },
  ]

  @Test(arguments: recipeChanges)
  func `each bound of a recipe holds at it and one past it`(_ test: RecipeChange) {
    var recipe = DetectionRecipe()
    test.change(&recipe)
    #expect(((try? recipe.check()) != nil) == test.isGood)
  }

  @Test func `a description comes back from its metadata, and a wrong one is refused`() throws {
    var description = DetectorDescription(inputSide: 320, classes: ["a \"b\"", "c"])
    description.bestConfidence = 0.375
    description.recipe = ["seed": "7"]
    let metadata = description.metadata
    #expect(try DetectorDescription(metadata: metadata) == description)
    for (key, value) in [
      ("format", "diyml-classifier-1"), ("architecture", "other"), ("input_side", "321"),
      ("input_side", "9999"), ("best_confidence", "1.5"), ("best_confidence", "nan"),
      ("classes", "[1]"),
    ] {
      var wrong = metadata
      wrong[key] = value
      #expect(throws: ModelError.self, "\(key) \(value)") {
        try DetectorDescription(metadata: wrong)
      }
    }
    #expect(throws: ModelError.self) { try ModelDescription(metadata: metadata) }
  }
}
