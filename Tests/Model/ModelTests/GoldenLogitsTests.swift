import Testing

@testable import Model

@Suite(.enabled(if: Fixtures.hasWeights, "the weights are missing: run `make setup`"))
struct GoldenLogitsTests {
  static let tolerance: Float = 1e-4

  @Test(arguments: ["photo", "random"])
  func `logits equal the Python package's`(name: String) throws {
    let golden = try #require(try Fixtures.golden("golden-logits")[name])
    let pixels = name == "photo" ? try Fixtures.photo() : Fixtures.pseudoRandomPixels()
    let network = try Network(from: Fixtures.backboneWeights(), classes: 1000)
    let logits = try network(images([pixels])).floats()
    #expect(largestDifference(logits, try golden.floats()) < Self.tolerance)
  }

  @Test(arguments: [224, 97])
  func `the folded network computes the same as the plain one`(side: Int) throws {
    let network = try Network(from: Fixtures.backboneWeights(), classes: 1000)
    let pixels = Array(try Fixtures.photo().prefix(side * side * 3))
    let plain = try network(images([pixels], side: side)).floats()
    let folded = try network.folded()(images([pixels], side: side).channelsLast()).floats()
    #expect(largestDifference(plain, folded) < Self.tolerance)
  }

  @Test func `an image alone and in a batch have the same logits`() throws {
    let network = try Network(from: Fixtures.backboneWeights(), classes: 1000).folded()
    let (photo, noise) = (try Fixtures.photo(), Fixtures.pseudoRandomPixels())
    let together = try network(images([photo, noise, photo])).floats()
    let alone = try network(images([noise])).floats()
    #expect(largestDifference(Array(together[1000..<2000]), alone) < Self.tolerance)
  }

  private func images(_ pixels: [[UInt8]], side: Int = 224) throws -> Tensor {
    try EfficientNetLite0.normalized(
      Tensor(bytes: pixels.flatMap { $0 }, type: .uint8, shape: [pixels.count, side, side, 3]))
  }
}
