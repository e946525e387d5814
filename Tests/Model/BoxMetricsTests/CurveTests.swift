import BoxMetrics
import Testing

extension ConfidenceCurve {
  /// The point with the best F1, the most confident of equals; nil without predictions.
  fileprivate var best: Point? {
    points.max { $0.f1 < $1.f1 || ($0.f1 == $1.f1 && $0.confidence < $1.confidence) }
  }

  /// F1 when every prediction at least so confident counts; 0 where none does.
  fileprivate func f1(at confidence: Double) -> Double {
    points.last { $0.confidence >= confidence }?.f1 ?? 0
  }
}

struct CurveTests {
  private static func box(_ x: Double) -> Box { Box(xMin: x, yMin: 0, xMax: x + 10, yMax: 10) }

  /// Two objects of class 0 and one of class 1; one is found twice, one is taken for the other class.
  private static let image = EvaluatedImage(
    truths: [
      EvaluatedImage.Truth(box: box(0), classIndex: 0),
      EvaluatedImage.Truth(box: box(20), classIndex: 0),
      EvaluatedImage.Truth(box: box(40), classIndex: 1),
      EvaluatedImage.Truth(
        box: Box(xMin: 60, yMin: 0, xMax: 160, yMax: 10), classIndex: 0, isCrowd: true),
    ],
    predictions: [
      EvaluatedImage.Prediction(box: box(0), classIndex: 0, confidence: 0.9),
      EvaluatedImage.Prediction(box: box(1), classIndex: 0, confidence: 0.8),
      EvaluatedImage.Prediction(box: box(40), classIndex: 0, confidence: 0.7),
      EvaluatedImage.Prediction(box: box(70), classIndex: 0, confidence: 0.6),
      EvaluatedImage.Prediction(box: box(20), classIndex: 0, confidence: 0.5),
    ])

  @Test func `a curve has a point for each confidence, and a crowd changes nothing`() throws {
    let curve = try #require(ConfidenceCurve(of: [Self.image], classIndex: 0))
    #expect(curve.points.map(\.confidence) == [0.9, 0.8, 0.7, 0.6, 0.5])
    #expect(curve.points.map(\.recall) == [0.5, 0.5, 0.5, 0.5, 1])
    #expect(curve.points.map(\.precision) == [1, 0.5, 1.0 / 3, 1.0 / 3, 0.5])
    #expect(curve.best?.confidence == 0.9, "2/3 both at 0.9 and at 0.5: the more confident one")
  }

  @Test func `a class without objects has no curve, one without predictions no point`() throws {
    #expect(ConfidenceCurve(of: [Self.image], classIndex: 2) == nil)
    let curve = try #require(ConfidenceCurve(of: [Self.image], classIndex: 1))
    #expect(curve.points.isEmpty)
    #expect(curve.best == nil)
  }

  @Test func `predictions of one confidence are counted together`() throws {
    var image = Self.image
    for index in image.predictions.indices { image.predictions[index].confidence = 0.4 }
    let curve = try #require(ConfidenceCurve(of: [image], classIndex: 0))
    #expect(curve.points.map(\.recall) == [1])
    #expect(curve.points.map(\.precision) == [0.5])
  }

  @Test(arguments: [
    (0.0, [[2, 0, 0], [1, 0, 0], [1, 0, 0]]), (0.75, [[1, 0, 1], [0, 0, 1], [1, 0, 0]]),
    (1.0, [[0, 0, 2], [0, 0, 1], [0, 0, 0]]),
  ])
  func `confusion counts the found, the taken for others, the missed and the invented`(
    confidence: Double, counts: [[Int]]
  ) {
    let confusion = DetectionConfusion(
      of: [Self.image], classCount: 2, confidence: confidence)
    #expect(confusion.counts == counts)
  }

  @Test(arguments: [(0.95, 0), (0.9, 2.0 / 3), (0.85, 2.0 / 3), (0.5, 2.0 / 3), (0.8, 0.5)])
  func `F1 at a confidence is that of the last point at least so confident`(
    confidence: Double, f1: Double
  ) throws {
    let curve = try #require(ConfidenceCurve(of: [Self.image], classIndex: 0))
    #expect(abs(curve.f1(at: confidence) - f1) < 1e-12)
  }

  @Test func `the best confidence is that of the best mean F1 of all classes`() throws {
    func image(_ classIndex: Int, _ right: Double, _ wrong: Double) -> EvaluatedImage {
      let box = Box(xMin: 0, yMin: 0, xMax: 9, yMax: 9)
      let other = Box(xMin: 50, yMin: 0, xMax: 59, yMax: 9)
      return EvaluatedImage(
        truths: [.init(box: box, classIndex: classIndex)],
        predictions: [
          .init(box: box, classIndex: classIndex, confidence: right),
          .init(box: other, classIndex: classIndex, confidence: wrong),
        ])
    }
    let images = [image(0, 0.9, 0.4), image(1, 0.6, 0.5)]
    let curves = try (0..<2).map {
      try #require(ConfidenceCurve(of: images, classIndex: $0))
    }
    #expect(ConfidenceCurve.bestConfidence(of: curves) == 0.6)
    #expect(ConfidenceCurve.bestConfidence(of: [curves[0]]) == 0.9)
    #expect(ConfidenceCurve.bestConfidence(of: []) == 0)
  }
}
