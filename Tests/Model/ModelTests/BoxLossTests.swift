import Foundation
import SeededRandom
import Testing

@testable import Model

/// Losses against values worked out by hand, and gradients against differences of the losses.
struct BoxLossTests {
  struct Overlap: Sendable {
    var box: SIMD4<Float>
    var truth: SIMD4<Float>
    var loss: Float
  }

  static let overlaps = [
    Overlap(box: [0, 0, 2, 2], truth: [0, 0, 2, 2], loss: 0),
    // 1 of 7 shared, and 2 of the hull's 9 in neither.
    Overlap(box: [0, 0, 2, 2], truth: [1, 1, 3, 3], loss: 1 - 1.0 / 7 + 2.0 / 9),
    Overlap(box: [0, 0, 1, 1], truth: [2, 0, 3, 1], loss: 1 + 1.0 / 3),
    Overlap(box: [1, 1, 2, 2], truth: [0, 0, 4, 4], loss: 1 - 1.0 / 16),
    Overlap(box: [1, 1, 1, 1], truth: [0, 0, 4, 4], loss: 1),
  ]

  @Test(arguments: overlaps)
  func `the loss of an overlap is what it is by hand`(_ test: Overlap) {
    #expect(abs(BoxLoss.overlapLoss(test.box, test.truth).loss - test.loss) < 1e-6)
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `the gradient of an overlap is the slope of its loss`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    // On two grids that do not meet: where edges meet, the loss has a corner and no slope.
    func box(_ offset: Float) -> SIMD4<Float> {
      func place(_ range: ClosedRange<Int>) -> Float {
        Float(Int.random(in: range, using: &random)) / 4
      }
      let (x, y) = (place(0...16) + offset, place(0...16) + offset)
      return [x, y, x + place(2...16), y + place(2...16)]
    }
    let (first, second) = (box(0), box(0.125))
    let gradient = BoxLoss.overlapLoss(first, second).gradient
    for edge in 0..<4 {
      let slope = Self.slope(at: first[edge]) { value in
        var moved = first
        moved[edge] = value
        return BoxLoss.overlapLoss(moved, second).loss
      }
      #expect(abs(gradient[edge] - slope) < 5e-3)
    }
  }

  @Test func `even logits cost the logarithm of the number of bins, wherever the edge is`() {
    let logits = [Float](repeating: 0.3, count: BoxCoding.bins)
    var gradient = [Float](repeating: 0, count: BoxCoding.bins)
    for distance: Float in [0, 2.25, 15.99] {
      let loss = BoxLoss.distributionLoss(
        logits, distance: distance, weight: 1, addingTo: &gradient)
      #expect(abs(loss - log(Float(BoxCoding.bins))) < 1e-5)
    }
  }

  @Test(
    arguments: [(0, 0, 0.75 * 0.25 * 0.693147), (0, 0.8, 0.8 * 0.693147), (60, 0, 45)]
      as [(Float, Float, Float)])
  func `the loss of a score is what it is by hand`(logit: Float, target: Float, loss: Float) {
    #expect(abs(ScoreLoss.value(logit, target: target).loss - loss) < 1e-5)
  }

  @Test(
    arguments: [(0, 0.5), (0, 1), (1, 0.5), (-3, 0.7), (4, 0), (60, 0), (-60, 1)]
      as [(Float, Float)])
  func `the gradient of a score is the slope of its loss`(logit: Float, target: Float) {
    let (loss, gradient) = ScoreLoss.value(logit, target: target)
    let slope = Self.slope(at: logit) { ScoreLoss.value($0, target: target).loss }
    #expect(loss.isFinite && loss >= 0)
    #expect(abs(gradient - slope) < 2e-2)
  }

  static func slope(at value: Float, _ function: (Float) -> Float) -> Float {
    let step: Float = 1e-2
    return (function(value + step) - function(value - step)) / (2 * step)
  }

  /// All of one image: what the network says, random; two objects, and a place to ignore.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func `the gradient of a whole image is the slope of its loss`(seed: UInt64) {
    let grid = PointGrid(inputSide: 32)
    let loss = DetectionLoss(grid: grid, classes: 2)
    var random = SeededGenerator(seed: seed)
    var output = (0..<grid.count * DetectionNetwork.width(classes: 2)).map { _ in
      Float(random.uniform(-2...2))
    }
    var scene = DetectionLoss.Scene()
    scene.objects = [
      .init(edges: [2, 2, 20, 14], classIndex: 0), .init(edges: [10, 8, 30, 31], classIndex: 1),
    ]
    scene.ignored = [[0, 24, 8, 32]]
    let matches = loss.alignment.matches(scene.objects, output)
    var gradient = [Float](repeating: 0, count: output.count)
    _ = loss.add(scene, matches, output, gradient: &gradient)
    var unused = gradient
    for index in stride(from: 0, to: output.count, by: 7) {
      let start = output[index]
      let slope = Self.slope(at: start) { value in
        output[index] = value
        return Float(loss.add(scene, matches, output, gradient: &unused).loss)
      }
      output[index] = start
      #expect(abs(gradient[index] - slope) < 2e-2, "at \(index)")
    }
  }

  @Test func `points in an ignored place learn no background`() {
    let grid = PointGrid(inputSide: 32)
    let loss = DetectionLoss(grid: grid, classes: 1)
    let width = DetectionNetwork.width(classes: 1)
    let output = [Float](repeating: 0, count: grid.count * width)
    var gradient = [Float](repeating: 0, count: output.count)
    let sums = loss.add(
      .init(objects: [], ignored: [[0, 0, 16, 32]]), output, gradient: &gradient)
    #expect(sums.score == 0 && sums.divisor == 1)
    for point in 0..<grid.count {
      // An edge of the place belongs to it.
      #expect((gradient[point * width] == 0) == (grid.x[point] <= 16))
    }
  }
}
