import BoxMetrics
import Foundation
import Model
import SeededRandom

/// One step of learning and one image's detection by themselves, for whoever times them.
///
/// Not `Sendable`: it lives on one `TorchThread`.
struct DetectionTrial {
  private let start: DetectionNetwork
  private let detector: Detector
  private let image: Detector.Input
  private let set: DetectionSet
  private var learner: DetectionLearner
  private var pixels: PixelStore
  private var generator = SeededGenerator(seed: 1)

  /// Steps after which the learning rate has fallen; more than anybody times.
  private static let steps = 100_000

  /// Noise with boxes in it, as many images as a step takes.
  init(backbonePath: String, inputSide: Int = 320, classes: Int = 3) throws {
    let names = (0..<classes).map { "class \($0)" }
    var random = SeededGenerator(seed: 2)
    let schedule = DetectionSchedule(trainingImages: 8, epochs: nil)
    let examples = (0..<schedule.batchImages).map { image in
      let truths = (0..<12).map { index in
        let x = Double.random(in: 0...500, using: &random)
        let y = Double.random(in: 0...400, using: &random)
        return EvaluatedImage.Truth(
          box: Box(xMin: x, yMin: y, xMax: x + 80, yMax: y + 70), classIndex: index % classes)
      }
      return DetectionSet.Example(width: 640, height: 480, truths: truths, group: image)
    }
    set = DetectionSet(classes: names, examples: examples) { image, side in
      DetectionTrial.noise(count: side * side * 3, seed: UInt64(image))
    }
    start = try DetectionNetwork.start(
      backbone: SafetensorsFile(path: backbonePath).weights, classes: classes, seed: 1)
    detector = try Detector(start, DetectorDescription(inputSide: inputSide, classes: names))
    image = try Detector.Input(pixels: set.pixels(0, inputSide), width: 640, height: 480)
    pixels = PixelStore(
      imageCount: examples.count, side: inputSide, bytesMax: 1 << 30, decode: set.pixels)
    learner = try DetectionLearner(
      start, schedule, examples,
      augmentation: DetectionAugmentation(side: inputSide, mirrors: true), sourceSide: inputSide)
  }

  /// A whole step of a training: views, loss, gradients, optimiser, average; gives the loss.
  mutating func learn() throws -> Double {
    let images = Array(set.examples.indices)
    let views = learner.views(of: images, among: images, isClosing: false, using: &generator)
    return try learner.learn(views, of: Self.steps, pixels: &pixels)
  }

  /// The objects that the untrained network sees in one image.
  func detect() throws -> Int {
    try detector.detections(in: [image])[0].count
  }

  /// What the untrained network says of an image whose bytes count up: `(N, K + 4 * bins)` row by
  /// row.
  func output() throws -> [Float] {
    let side = detector.description.inputSide
    return try detector.output(
      of: (0..<side * side * 3).map { UInt8(truncatingIfNeeded: $0) }, images: 1)
  }

  /// Writes the untrained network as a model file.
  func write(to path: String) throws {
    try SafetensorsFile(weights: start.weights, metadata: detector.description.metadata)
      .serialized().write(to: URL(filePath: path))
  }

  private static func noise(count: Int, seed: UInt64) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }
}
