/// A 64-bit difference hash: pictures that look alike differ in few bits.
///
/// One bit for each of 8 x 8 neighbours in a 9 x 8 grey thumbnail: is the left one brighter?
/// Neal Krawetz, "Kind of Like That" (hackerfactor.com, 2013).
package struct PerceptualHash: Hashable, Sendable {
  package let rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  static let width = 9
  static let height = 8

  /// - Precondition: the thumbnail is 9 x 8.
  init(thumbnail: PixelBuffer) {
    precondition(thumbnail.width == Self.width && thumbnail.height == Self.height)
    var bits: UInt64 = 0
    for y in 0..<Self.height {
      for x in 0..<Self.width - 1 {
        let isBrighter = Self.luma(thumbnail[x, y]) > Self.luma(thumbnail[x + 1, y])
        bits = bits << 1 | (isBrighter ? 1 : 0)
      }
    }
    rawValue = bits
  }

  /// The number of bits that differ, 0 to 64; near-duplicates have 10 or fewer.
  package func distance(to other: PerceptualHash) -> Int {
    (rawValue ^ other.rawValue).nonzeroBitCount
  }

  /// ITU-R BT.601 luma times 1,000: whole numbers, so that it is the same on every machine.
  private static func luma(_ pixel: (red: UInt8, green: UInt8, blue: UInt8)) -> Int {
    299 * Int(pixel.red) + 587 * Int(pixel.green) + 114 * Int(pixel.blue)
  }
}
