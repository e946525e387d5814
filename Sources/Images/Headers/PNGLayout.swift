/// A PNG's IHDR, and how many bytes its pixels inflate to.
package struct PNGLayout {
  var width = 0
  var height = 0
  var depthBits = 8
  var samples = 1
  var usesPalette = false
  var isInterlaced = false

  init() {}

  package init(_ body: Span<UInt8>) throws(ImageError) {
    guard body.count == 13, let width = body.uint32(at: 0), let height = body.uint32(at: 4),
      width <= UInt32(Int32.max), height <= UInt32(Int32.max)
    else { throw .corrupt(.png, "its header has \(body.count) bytes or a size past 2147483647") }
    let (depth, color) = (body[8], body[9])
    guard let samples = Self.samples(color, depth) else {
      throw .corrupt(.png, "colour type \(color) with \(depth) bits is not defined")
    }
    guard body[10] == 0, body[11] == 0, body[12] <= 1 else {
      throw .corrupt(.png, "its compression, filter or interlace method is not defined")
    }
    (self.width, self.height) = (Int(width), Int(height))
    (self.samples, depthBits, usesPalette) = (samples, Int(depth), color == 3)
    isInterlaced = body[12] == 1
  }

  /// Samples a pixel, for the combinations that the format defines.
  private static func samples(_ color: UInt8, _ depth: UInt8) -> Int? {
    switch (color, depth) {
    case (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (3, 1), (3, 2), (3, 4), (3, 8): 1
    case (2, 8), (2, 16): 3
    case (4, 8), (4, 16): 2
    case (6, 8), (6, 16): 4
    default: nil
    }
  }

  /// Filter bytes and packed rows, over all passes of an interlaced picture.
  package var inflatedBytes: UInt64 {
    guard isInterlaced else { return passBytes(width, height) }
    let passes = [
      (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
      (0, 1, 1, 2),
    ]
    return passes.reduce(0) { sum, pass in
      let (left, top, across, down) = pass
      return sum
        + passBytes((width - left + across - 1) / across, (height - top + down - 1) / down)
    }
  }

  private func passBytes(_ width: Int, _ height: Int) -> UInt64 {
    guard width > 0, height > 0 else { return 0 }
    let rowBytes = (UInt64(width) * UInt64(samples * depthBits) + 7) / 8
    return (rowBytes + 1) * UInt64(height)
  }
}
