import PNGEncoding
import SeededRandom

/// Images of coloured blobs that a classifier can tell apart after seconds of training.
package enum SyntheticImages {
  /// What the image shows mostly.
  package enum Tint: String, CaseIterable, Sendable {
    case red, blue
  }

  /// A patchwork of 8 x 8 cells of one tint in brightnesses that `seed` decides.
  ///
  /// Images of different seeds differ in their bytes and in what they look like, so that nothing
  /// takes them for duplicates.
  package static func blobs(_ tint: Tint, seed: UInt64, side: Int = 64) -> [UInt8] {
    var random = SeededGenerator(seed: seed &* 2 &+ (tint == .red ? 0 : 1))
    let cells = (0..<64).map { _ in Int.random(in: 40...255, using: &random) }
    return image(width: side, height: side) { x, y in
      let bright = cells[(y * 8 / side) * 8 + x * 8 / side]
      let (strong, weak) = (UInt8(bright), UInt8(bright / 4))
      return tint == .red ? (strong, weak, weak) : (weak, weak, strong)
    }
  }

  /// A PNG file of RGB pixels.
  package static func image(
    width: Int, height: Int, pixel: (_ x: Int, _ y: Int) -> (UInt8, UInt8, UInt8)
  ) -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * width * height)
    for y in 0..<height {
      for x in 0..<width {
        let (red, green, blue) = pixel(x, y)
        pixels += [red, green, blue]
      }
    }
    return PNGEncoder.file(.rgb, pixels: pixels, width: width, height: height)
  }

  /// A black PNG file of about `3 * width * height` bytes.
  package static func black(width: Int, height: Int) -> [UInt8] {
    PNGEncoder.black(width: width, height: height)
  }
}
