import BoxMetrics
import Foundation
import SeededRandom
import Synchronization
import Testing

@testable import Model

/// Whole trainings on small pictures of coloured rectangles on noise.
@Suite(
  .serialized, .enabled(if: Fixtures.hasWeights, "the weights are missing: run `make setup`"))
struct DetectionTrainingTests {
  static let thread = TorchThread(name: "detection tests", computingThreads: 1)

  static var recipe: DetectionRecipe {
    var recipe = DetectionRecipe()
    recipe.inputSide = 64
    recipe.computingThreads = 1
    recipe.validationFraction = 0.25
    return recipe
  }

  /// One or two rectangles an image, red or blue, of a quarter to half of the side.
  static func example(_ image: Int, classes: Int) -> DetectionSet.Example {
    var random = SeededGenerator(seed: UInt64(image))
    let truths = (0..<1 + image % 2).map { index in
      let (width, height) = (random.uniform(60...110), random.uniform(30...55))
      let x = random.uniform(0...(200 - width))
      let y = random.uniform(0...(50 - height / 2)) / 2 + Double(index) * 50
      let bottom = min(y + height, index == 0 && image % 2 == 1 ? 48 : 100)
      return EvaluatedImage.Truth(
        box: Box(xMin: x, yMin: y, xMax: x + width, yMax: bottom),
        classIndex: (image / 2 + index) % classes)
    }
    return .init(width: 200, height: 100, truths: truths, group: image)
  }

  static func set(images: Int, classes: Int = 2) -> DetectionSet {
    let examples = (0..<images).map { example($0, classes: classes) }
    return DetectionSet(
      classes: Array(["red", "blue"].prefix(classes)), examples: examples
    ) { image, side in pixels(examples[image], seed: UInt64(image), side: side) }
  }

  static func pixels(_ example: DetectionSet.Example, seed: UInt64, side: Int) -> [UInt8] {
    var random = SeededGenerator(seed: seed &+ 1_000)
    var bytes = [UInt8](repeating: 0, count: side * side * 3)
    for row in 0..<side {
      for column in 0..<side {
        let x = (Double(column) + 0.5) / Double(side) * Double(example.width)
        let y = (Double(row) + 0.5) / Double(side) * Double(example.height)
        let hit = example.truths.last { truth in
          (truth.box.xMin...truth.box.xMax).contains(x)
            && (truth.box.yMin...truth.box.yMax).contains(y)
        }
        let noise = random.next()
        let place = (row * side + column) * 3
        for color in 0..<3 { bytes[place + color] = 90 + UInt8(noise >> (8 * color) & 63) }
        guard let hit else { continue }
        bytes[place + 2 * hit.classIndex] = 250
        bytes[place + 2 - 2 * hit.classIndex] = 10
      }
    }
    return bytes
  }

  private func train(
    _ recipe: DetectionRecipe, _ set: DetectionSet, to path: String,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) async throws -> (DetectionReport, [TrainingStep]) {
    let events = Mutex<[TrainingStep]>([])
    let report = try await Self.thread.run {
      let trainer = Trainer(
        backbonePath: Fixtures.weightsPath, isCancelled: isCancelled,
        report: { event in events.withLock { $0.append(event) } })
      let (report, model) = try trainer.train(recipe, on: set)
      try model.write(to: path)
      return report
    }
    return (report, events.withLock { $0 })
  }

  /// With threads of its own, OpenBLAS divides a product by how many of them are free just then, and
  /// a short training goes another way.
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["OPENBLAS_NUM_THREADS"] == "1",
      "OPENBLAS_NUM_THREADS is not 1, as `Scripts/test` and the server set it"))
  func `it learns, says how it goes, and writes a complete model`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model"
    var recipe = Self.recipe
    recipe.epochs = 45
    let set = Self.set(images: 32)
    let (report, events) = try await train(recipe, set, to: path)
    #expect(report.evaluation.averagePrecision50 ?? 0 > 0.7)
    #expect(report.trainingImages == 24 && report.validationImages == 8)
    #expect(report.boxesLeftOut == 0)
    #expect(report.samples.count == 8)
    let kept = report.description.recipe["epochs"]
    #expect(
      report.epochs.count { $0.averagePrecision != nil && String($0.number) == kept } == 1)
    #expect(report.epochs.map(\.number) == Array(1...report.epochs.count))
    #expect(events.contains { $0.phase == .evaluation })
    checkCounts(events)
    #expect(report.confusion.counts.count == 3)
    #expect(report.curves.count == 2)
    #expect(events.last?.phase == .fineTuning)
    #expect(events.last?.validationAveragePrecision != nil)
    let found = try await Self.thread.run {
      let detector = try Detector(SafetensorsFile(path: path))
      #expect(detector.description == report.description)
      try detector.warmUp()
      return try (32..<56).map { image in
        let example = Self.example(image, classes: 2)
        let pixels = Self.pixels(example, seed: UInt64(image), side: 64)
        let predictions = try detector.detections(in: [
          .init(pixels: pixels, width: 200, height: 100, options: .init(confidenceMin: 0.01))
        ])
        return EvaluatedImage(truths: example.truths, predictions: predictions[0])
      }
    }
    let figures = DetectionEvaluation(of: found, classCount: 2)
    #expect(figures.averagePrecision50 ?? 0 > 0.5)
  }

  @Test func `the same seed and images give the same weights, another seed others`() async throws {
    let folder = try TemporaryFolder()
    func content(seed: UInt64) async throws -> Data {
      var recipe = Self.recipe
      recipe.seed = seed
      recipe.epochs = 2
      _ = try await train(recipe, Self.set(images: 12), to: folder.path + "/model")
      return try Data(contentsOf: URL(fileURLWithPath: folder.path + "/model"))
    }
    let first = try await content(seed: 1)
    #expect(try await content(seed: 1) == first)
    #expect(try await content(seed: 2) != first)
  }

  @Test(arguments: [0, 2, 4])
  func `a cancelled training stops at the next batch and writes nothing`(
    batches: Int
  ) async throws {
    let folder = try TemporaryFolder()
    let asked = Mutex(0)
    var recipe = Self.recipe
    recipe.epochs = 9
    await #expect(throws: ModelError.cancelled) {
      try await train(
        recipe, Self.set(images: 8), to: folder.path + "/model",
        isCancelled: {
          asked.withLock { asked in
            asked += 1
            return asked > batches
          }
        })
    }
    #expect(asked.withLock { $0 } == batches + 1)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/model"))
  }

  @Test func `when the time is over, what was learned is kept`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model"
    let start = ContinuousClock.now
    let calls = Mutex(0)
    let recipe = Self.recipe
    let report = try await Self.thread.run {
      // A clock that runs on by 100 s whenever it is looked at: the default is over after 18 looks.
      let trainer = Trainer(
        backbonePath: Fixtures.weightsPath,
        now: {
          calls.withLock { calls in
            calls += 1
            return start + .seconds(calls * 100)
          }
        })
      let (report, model) = try trainer.train(recipe, on: Self.set(images: 8))
      try model.write(to: path)
      return report
    }
    // Until then only a few things may look at the clock.
    #expect(report.epochs.allSatisfy { $0.seconds <= 5_000 })
    #expect(report.epochs.count { $0.averagePrecision != nil } == 1)
    #expect(FileManager.default.fileExists(atPath: path))
  }

  /// Two images are the least, one to learn from and one to validate by; background may join them.
  @Test func `one class, two images and a background can be trained`() async throws {
    let folder = try TemporaryFolder()
    var recipe = Self.recipe
    recipe.epochs = 1
    var set = Self.set(images: 3, classes: 1)
    set.examples[2].truths = []
    set.examples[1].truths.append(
      .init(box: Box(xMin: 9, yMin: 5, xMax: 3, yMax: 8), classIndex: 0))
    let (report, _) = try await train(recipe, set, to: folder.path + "/model")
    #expect(report.boxesLeftOut == 1)
    #expect(report.validationImages >= 1)
    #expect(report.evaluation.averagePrecision != nil)
  }
}
