import SeededRandom
import Testing

@testable import Model

@Suite(.enabled(if: Fixtures.hasWeights, "the weights are missing: run `make setup`"))
struct ClassifierTests {
  static let tolerance: Float = 1e-5
  static let side = 64
  static let imageBytes = side * side * 3

  private func classifier(averagesMirrored: Bool = false) throws -> Classifier {
    var description = ModelDescription(
      inputSide: Self.side, classes: (0..<1000).map(String.init))
    description.averagesMirrored = averagesMirrored
    return try Classifier(
      Network(from: Fixtures.backboneWeights(), classes: 1000), description)
  }

  private func picture(_ seed: UInt64) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    return (0..<Self.imageBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  private func mirrored(_ image: [UInt8]) -> [UInt8] {
    (0..<Self.side).flatMap { row in
      (0..<Self.side).reversed().flatMap { column in
        let start = (row * Self.side + column) * 3
        return image[start..<start + 3]
      }
    }
  }

  @Test(arguments: [0, 1, Classifier.batchMax, Classifier.batchMax + 1])
  func `any number of images gives one row of probabilities each, in order`(count: Int) throws {
    let classifier = try classifier()
    let images = (0..<count).map { picture(UInt64($0)) }
    let rows = try classifier.probabilities(of: images)
    #expect(rows.count == count)
    for row in rows { #expect(abs(row.reduce(0, +) - 1) < Self.tolerance) }
    if let last = images.last {
      let alone = try classifier.probabilities(of: [last])[0]
      #expect(largestDifference(alone, rows[count - 1]) < Self.tolerance)
    }
  }

  @Test(arguments: [-1, 1])
  func `an image of another size is refused`(excess: Int) throws {
    let image = [UInt8](repeating: 0, count: Self.imageBytes + excess)
    let message = "an image of \(image.count) bytes; the model takes \(Self.imageBytes)"
    let classifier = try classifier()
    #expect(throws: ModelError.badArgument(message)) {
      try classifier.probabilities(of: [image])
    }
  }

  @Test func `averaging over the mirror image is the mean of both`() throws {
    let image = picture(1)
    let straight = try classifier().probabilities(of: [image, mirrored(image)])
    let mean = zip(straight[0], straight[1]).map { ($0 + $1) / 2 }
    let averaged = try classifier(averagesMirrored: true).probabilities(of: [image])[0]
    #expect(largestDifference(mean, averaged) < Self.tolerance)
  }

  @Test func `a model file whose classes and weights disagree is refused`() throws {
    let folder = try TemporaryFolder()
    let description = ModelDescription(inputSide: Self.side, classes: ["one", "two"])
    let file = SafetensorsFile(
      weights: try Fixtures.backboneWeights(), metadata: description.metadata)
    try file.write(to: folder.path + "/model")
    #expect(
      throws: ModelError.wrongShape(
        tensor: "classifier.weight", expected: [2, 1280], found: [1000, 1280])
    ) {
      try Classifier(SafetensorsFile(path: folder.path + "/model"))
    }
  }

  @Test func `a weight file without a description is not a model`() {
    #expect(throws: ModelError.badDescription("format is missing")) {
      try Classifier(SafetensorsFile(path: Fixtures.weightsPath))
    }
  }
}
