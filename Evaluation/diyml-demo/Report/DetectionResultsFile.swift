import BoxMetrics
import CommandLineKit
import Foundation

/// The raw numbers of a measurement with boxes: enough to compute every figure again elsewhere.
struct DetectionResultsFile: Results, Sendable {
  struct ClassResult: Encodable, Sendable {
    let name: String
    let ap50: Double?
    let ap: Double?
  }

  struct Object: Encodable, Sendable {
    /// Left, top, right and bottom in pixels.
    let box: [Double]
    let classIndex: Int
    var confidence: Double?
    var isCrowd: Bool?
  }

  struct Image: Encodable, Sendable {
    let file: String
    let truths: [Object]
    let predictions: [Object]

    init(file: String, _ image: EvaluatedImage) {
      self.file = file
      truths = image.truths.map { truth in
        Object(box: Self.edges(truth.box), classIndex: truth.classIndex, isCrowd: truth.isCrowd)
      }
      predictions = image.predictions.map { prediction in
        Object(
          box: Self.edges(prediction.box), classIndex: prediction.classIndex,
          confidence: prediction.confidence)
      }
    }

    private static func edges(_ box: BoxMetrics.Box) -> [Double] {
      [box.xMin, box.yMin, box.xMax, box.yMax]
    }
  }

  let name: String
  let data: String
  let time: String
  let map50: Double?
  let map: Double?
  let classes: [ClassResult]
  let testImages: Int
  let trainingImages: Int
  let trainingSeconds: Double
  let trainingImagesPerSecond: Double
  let inferenceImagesPerSecond: Double
  let uploadSeconds: Double
  let seconds: Double
  let timeBudgetSeconds: Int32
  let inputSide: Int32
  let seed: Int64
  let images: [Image]
  let machine: Machine
}
