import API
import BoxMetrics
import DataSets
import RPCCore
import Testing

@testable import CommandLineKit
@testable import diyml_demo

@Suite struct `A composed scene` {
  private static let item = SceneComposer.Item(
    className: "bag", pixels: (0..<16).map { $0 == 5 || $0 == 10 ? 200 : 0 }, side: 4)

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `is decided by its seed, and its boxes lie in it`(seed: UInt64) {
    func scenes() -> [SceneComposer.Scene] {
      var composer = SceneComposer(items: [Self.item], side: 32, itemsMax: 4, seed: seed)
      return (0..<4).map { _ in composer.scene() }
    }
    let first = scenes()
    #expect(first.map(\.pixels) == scenes().map(\.pixels))
    for scene in first {
      #expect(scene.pixels.count == 32 * 32 * 3)
      #expect(scene.boxes.count <= 4)
      for box in scene.boxes {
        #expect(box.xMin >= 0 && box.yMin >= 0 && box.xMax <= 32 && box.yMax <= 32)
        #expect(box.xMin < box.xMax && box.yMin < box.yMax)
      }
    }
  }
}

@Suite struct `Answers with boxes` {
  private let split = DataSplit(
    name: "x", training: [],
    test: [
      FoundImage(
        path: "a",
        annotation: Annotation(
          value: .boxes(
            Boxes(boxes: [API.Box(xMin: 0, yMin: 0, xMax: 10, yMax: 10, className: "dog")])))),
      FoundImage(path: "b", annotation: Annotation(value: .boxes(Boxes()))),
    ],
    crowds: ["b": [API.Box(xMin: 0, yMin: 0, xMax: 5, yMax: 5, className: "cat")]],
    listedClasses: ["cat", "dog"])

  @Test func `are counted beside the truth; a failure found nothing`() {
    let object = DetectedObject(
      xMin: 1, yMin: 0, xMax: 10, yMax: 10, className: "dog", confidence: 0.5)
    let answer = InferResponse(result: .detection(Detection(objects: [object])))
    let images = DetectionJobReport.images(
      split,
      [
        ImageAnswer(index: 0, file: "a", outcome: .response(answer)),
        ImageAnswer(index: 1, file: "b", outcome: .failure(WireStatus(Status(.internal, "")))),
      ])
    #expect(images.map(\.truths.count) == [1, 1])
    #expect(images[0].truths[0].classIndex == 1)
    #expect(images[1].truths[0].isCrowd)
    #expect(images[0].predictions.map(\.confidence) == [0.5])
    #expect(images[1].predictions.isEmpty)
  }
}
