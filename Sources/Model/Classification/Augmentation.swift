internal import Foundation
internal import SeededRandom

/// Draws another view of each image: part of it, turned a little, perhaps mirrored, in other light.
///
/// The draws come from a seed, so a run can be repeated.
struct Augmentation {
  let areaMin: Double
  let turnDegreesMax: Double
  let colorChangeMax: Double
  let mirrors: Bool

  /// One view of each image, normalised: bytes `(B, H, W, 3)` to `(B, 3, side, side)`.
  func views(
    of pixels: Tensor, side: Int, using generator: inout SeededGenerator
  ) throws(ModelError) -> Tensor {
    let count = pixels.shape[0]
    var maps: [Float] = []
    var gains: [Float] = []
    var offsets: [Float] = []
    for _ in 0..<count {
      maps += map(using: &generator)
      let contrast = change(using: &generator)
      for _ in 0..<3 {  // each color a little by itself, as under another lamp
        gains.append(Float(contrast * (1 + (change(using: &generator) - 1) / 3)))
      }
      offsets.append(Float(change(using: &generator) - 1))
    }
    let images = try EfficientNetLite0.normalized(pixels)
    let moved = try images.sampled(through: Tensor(maps, shape: [count, 2, 3]), side: side)
    let gain = try Tensor(gains, shape: [count, 3, 1, 1])
    let offset = try Tensor(offsets, shape: [count, 1, 1, 1])
    return try (moved * gain + offset).clamped(to: -1...1).channelsLast()
  }

  /// The whole of each image at another size: bytes `(B, H, W, 3)` to `(B, 3, side, side)`.
  static func whole(_ pixels: Tensor, side: Int) throws(ModelError) -> Tensor {
    let images = try EfficientNetLite0.normalized(pixels)
    let shape = images.shape
    guard shape[2] != side else { return images }
    let maps = (0..<shape[0]).flatMap { _ in [1, 0, 0, 0, 1, 0] as [Float] }
    return try images.sampled(through: Tensor(maps, shape: [shape[0], 2, 3]), side: side)
      .channelsLast()
  }

  /// Where in the image each point of the view lies: two rows of x, y, 1.
  private func map(using generator: inout SeededGenerator) -> [Float] {
    let area = generator.uniform(areaMin...1)
    let ratio = exp(generator.uniform(-0.25...0.25))
    let width = min(1, (area * ratio).squareRoot())
    let height = min(1, (area / ratio).squareRoot())
    let turn = generator.uniform(-turnDegreesMax...turnDegreesMax) * Double.pi / 180
    let mirror = mirrors && generator.next() & 1 == 1 ? -1.0 : 1.0
    let x = generator.uniform(-1...1) * (1 - width)
    let y = generator.uniform(-1...1) * (1 - height)
    let (cosine, sine) = (cos(turn), sin(turn))
    let rows = [
      width * cosine * mirror, -height * sine, x,
      width * sine * mirror, height * cosine, y,
    ]
    return rows.map(Float.init)
  }

  private func change(using generator: inout SeededGenerator) -> Double {
    1 + generator.uniform(-colorChangeMax...colorChangeMax)
  }
}
