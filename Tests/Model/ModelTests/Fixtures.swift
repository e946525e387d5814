import Foundation
import SeededRandom
import Testing

@testable import Model

/// Golden numbers made by `Scripts/golden-logits`, and the weights made by `make setup`.
enum Fixtures {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  static func golden(_ name: String) throws -> [String: Tensor] {
    try SafetensorsFile(path: folder.appendingPathComponent("\(name).safetensors").path)
      .weights.tensors
  }

  /// The converted ImageNet weights: `$DIYML_WEIGHTS`, or where `make setup` puts them.
  static let weightsPath: String = {
    if let path = ProcessInfo.processInfo.environment["DIYML_WEIGHTS"] { return path }
    return URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appendingPathComponent(".build/diyml/efficientnet-lite0.safetensors").path
  }()

  static let hasWeights = FileManager.default.fileExists(atPath: weightsPath)

  static func backboneWeights() throws -> Weights {
    try SafetensorsFile(path: weightsPath).weights
  }

  /// A cat, 224 x 224 RGB.
  static func photo() throws -> [UInt8] {
    let small = try [UInt8](Data(contentsOf: folder.appendingPathComponent("photo-112.rgb")))
    var pixels: [UInt8] = []
    for y in 0..<224 {
      for x in 0..<224 {
        let start = (y / 2 * 112 + x / 2) * 3
        pixels += small[start..<start + 3]
      }
    }
    return pixels
  }

  /// The same bytes as `pseudo_random_pixels` in the script.
  static func pseudoRandomPixels() -> [UInt8] {
    var state: UInt32 = 1
    return (0..<224 * 224 * 3).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
  }
}

extension SafetensorsFile {
  func write(to path: String) throws {
    try serialized().write(to: URL(fileURLWithPath: path))
  }
}

/// A folder that goes away with its last reference.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("diyml-model-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}

/// The largest difference between corresponding elements; infinite if the counts differ.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).map { abs($0 - $1) }.max() ?? 0
}

func largestDifference(_ a: Tensor, _ b: Tensor) throws -> Float {
  guard a.shape == b.shape else { return .infinity }
  return largestDifference(try a.floats(), try b.floats())
}

/// Numbers that are the same in each run.
struct RandomNumbers {
  private var random = SeededGenerator(seed: 7)

  mutating func tensor(_ shape: [Int], scale: Double) throws -> Tensor {
    let values = (0..<shape.reduce(1, *)).map { _ in Float(random.uniform(-scale...scale)) }
    return try Tensor(values, shape: shape)
  }
}
