import Testing

@testable import Model
@testable import detector_speed

@Suite(.enabled(if: Fixtures.hasWeights, "the weights are missing: run `make setup`"))
struct DetectionTrialTests {
  @Test func `a trial learns, detects, and writes the network it speaks of`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model"
    try await DetectionTrainingTests.thread.run {
      var trial = try DetectionTrial(backbonePath: Fixtures.weightsPath, inputSide: 64, classes: 2)
      let before = try trial.output()
      #expect(before.count == PointGrid(inputSide: 64).count * DetectionNetwork.width(classes: 2))
      let losses = try (0..<2).map { _ in try trial.learn() }
      #expect(losses.allSatisfy { $0.isFinite && $0 > 0 })
      // An untrained network is sure of nothing.
      #expect(try trial.detect() == 0)
      try trial.write(to: path)
      let detector = try Detector(SafetensorsFile(path: path))
      let bytes = (0..<64 * 64 * 3).map { UInt8(truncatingIfNeeded: $0) }
      #expect(try detector.output(of: bytes, images: 1) == before)
      #expect(try trial.output() == before)
    }
  }
}
