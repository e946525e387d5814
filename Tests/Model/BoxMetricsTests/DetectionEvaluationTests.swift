import BoxMetrics
import Foundation
import Testing

/// Cases that pycocotools measured; `Scripts/golden-map` makes them.
struct GoldenCase: Decodable, CustomTestStringConvertible {
  let classes: Int
  /// By image: truths as class, x, y, width, height, crowd, area; predictions as class, x, y, width,
  /// height, confidence.
  let images: [[[[Double]]]]
  let stats: [Double]
  let byClass: [Double]

  static let all: [GoldenCase] = {
    do {
      let file = Bundle.module.url(forResource: "Fixtures/pycocotools", withExtension: "json")
      return try JSONDecoder().decode([GoldenCase].self, from: Data(contentsOf: #require(file)))
    } catch {
      fatalError("the golden cases cannot be read: \(error)")
    }
  }()

  var testDescription: String { "\(classes) classes, \(images.count) images, AP \(stats[0])" }

  var evaluatedImages: [EvaluatedImage] {
    images.map { image in
      EvaluatedImage(
        truths: image[0].map {
          EvaluatedImage.Truth(
            box: Self.box($0), classIndex: Int($0[0]), isCrowd: $0[5] == 1, area: $0[6])
        },
        predictions: image[1].map {
          EvaluatedImage.Prediction(
            box: Self.box($0), classIndex: Int($0[0]), confidence: $0[5])
        })
    }
  }

  private static func box(_ row: [Double]) -> Box {
    Box(xMin: row[1], yMin: row[2], xMax: row[1] + row[3], yMax: row[2] + row[4])
  }
}

struct DetectionEvaluationTests {
  @Test func `there are cases of every sort`() {
    #expect(GoldenCase.all.count >= 50)
    #expect(GoldenCase.all.contains { $0.stats[0] == -1 }, "nothing to find")
    #expect(GoldenCase.all.contains { $0.byClass.contains(-1) && $0.stats[0] > 0 }, "empty classes")
    #expect(GoldenCase.all.contains { $0.images.contains { $0[1].count > 100 } })
    #expect(GoldenCase.all.contains { $0.images.contains { $0[0].contains { $0[5] == 1 } } })
  }

  @Test(arguments: GoldenCase.all)
  func `every figure is that of pycocotools`(golden: GoldenCase) {
    let ours = DetectionEvaluation(of: golden.evaluatedImages, classCount: golden.classes)
    let stats: [Double?] = [
      ours.averagePrecision, ours.averagePrecision50, ours.averagePrecision75,
      ours.averagePrecisionSmall, ours.averagePrecisionMedium, ours.averagePrecisionLarge,
      ours.averageRecall1, ours.averageRecall10, ours.averageRecall100,
      ours.averageRecallSmall, ours.averageRecallMedium, ours.averageRecallLarge,
    ]
    for (index, (mine, theirs)) in zip(stats, golden.stats).enumerated() {
      #expect(abs((mine ?? -1) - theirs) < 1e-9, "figure \(index)")
    }
    #expect(ours.classAveragePrecisions.count == golden.byClass.count)
    for (index, (mine, theirs)) in zip(ours.classAveragePrecisions, golden.byClass).enumerated() {
      #expect(abs((mine ?? -1) - theirs) < 1e-9, "class \(index)")
    }
  }

  @Test func `no images give no figures`() {
    let evaluation = DetectionEvaluation(of: [], classCount: 2)
    #expect(evaluation.averagePrecision == nil)
    #expect(evaluation.averageRecall100 == nil)
    #expect(evaluation.classAveragePrecisions == [nil, nil])
  }
}
