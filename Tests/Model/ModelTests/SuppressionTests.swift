import BoxMetrics
import Testing

@testable import Model

/// From what the network says to what the caller is told.
struct SuppressionTests {
  static func candidate(
    _ edges: SIMD4<Float>, _ classIndex: Int, _ confidence: Float
  ) -> Suppression.Candidate {
    .init(edges: edges, classIndex: classIndex, confidence: confidence, point: 0)
  }

  @Test(arguments: [(0.49, 1), (0.5, 2), (0.51, 2)] as [(Float, Int)])
  func `a box goes that a surer one of its class overlaps by more than the limit`(
    overlapMax: Float, kept: Int
  ) {
    let candidates = [
      Self.candidate([0, 0, 10, 10], 0, 0.9), Self.candidate([0, 0, 10, 5], 0, 0.8),
    ]
    let result = Suppression.kept(candidates, overlapMax: overlapMax, detectionsMax: 100)
    #expect(result.count == kept)
    #expect(result.first?.confidence == 0.9)
  }

  @Test func `classes do not suppress each other`() {
    let candidates = (0..<3).map { Self.candidate([0, 0, 10, 10], $0, 0.5) }
    #expect(Suppression.kept(candidates, overlapMax: 0.5, detectionsMax: 100).count == 3)
  }

  @Test func `a suppressed box suppresses nothing`() {
    let candidates = [
      Self.candidate([0, 0, 10, 10], 0, 0.9), Self.candidate([4, 0, 14, 10], 0, 0.8),
      Self.candidate([8, 0, 18, 10], 0, 0.7),
    ]
    let kept = Suppression.kept(candidates, overlapMax: 0.3, detectionsMax: 100)
    #expect(kept.map(\.confidence) == [0.9, 0.7])
  }

  @Test(arguments: [1, 2, 3])
  func `the surest so many are kept`(detectionsMax: Int) {
    let candidates = (0..<3).map { index in
      Self.candidate([Float(index) * 20, 0, Float(index) * 20 + 10, 10], 0, Float(index + 1) / 10)
    }
    let kept = Suppression.kept(candidates, overlapMax: 0.5, detectionsMax: detectionsMax)
    #expect(kept.map(\.confidence) == Array([0.3, 0.2, 0.1].prefix(detectionsMax)))
  }

  @Test func `boxes are told in pixels of the image, clipped, and never as no number`() throws {
    let grid = PointGrid(inputSide: 64)
    var output = TaskAlignmentTests.output(
      classes: 1, logits: { [$0 == 9 ? 2 : -9] }, edges: { _ in [-20, 4, 32, 16] })
    let width = DetectionNetwork.width(classes: 1)
    // A network gone wrong: a point without a score, and one without a box.
    output[3 * width] = .nan
    output[5 * width] = 3
    output[5 * width + 4] = .nan
    let decoder = DetectionDecoder(grid: grid, classes: 1)
    let found = decoder.detections(
      output, size: (width: 128, height: 32), options: .init(confidenceMin: 0.5))
    #expect(found.count == 1)
    let box = try #require(found.first).box
    #expect(box.xMin == 0)
    for (edge, expected) in zip([box.yMin, box.xMax, box.yMax], [2.0, 64, 8]) {
      #expect(abs(edge - expected) < 0.05)
    }
    #expect(abs(found[0].confidence - 0.8808) < 1e-4)
  }

  @Test(arguments: [
    (Detector.Options(confidenceMin: 0, iouMax: 0, detectionsMax: 1), true),
    (Detector.Options(confidenceMin: 1, iouMax: 1, detectionsMax: 1_000), true),
    (Detector.Options(confidenceMin: -0.01), false), (Detector.Options(confidenceMin: 1.01), false),
    (Detector.Options(confidenceMin: .nan), false), (Detector.Options(iouMax: -0.01), false),
    (Detector.Options(iouMax: 1.01), false), (Detector.Options(iouMax: .nan), false),
    (Detector.Options(detectionsMax: 0), false), (Detector.Options(detectionsMax: 1_001), false),
  ])
  func `each bound of the options holds at it and one past it`(
    options: Detector.Options, isGood: Bool
  ) {
    #expect(((try? options.check()) != nil) == isGood)
  }
}
