/// A picture in memory: `(H, W, 3)` bytes, rows from the top, red green blue, sRGB, no padding.
package struct PixelBuffer: Equatable, Sendable {
  package let width: Int
  package let height: Int
  /// `height * width * 3` bytes.
  package private(set) var bytes: [UInt8]

  /// - Precondition: both sides are at least 1 and `bytes` has `height * width * 3` elements.
  package init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture of \(width) x \(height) pixels")
    precondition(bytes.count == width * height * 3, "\(bytes.count) bytes of pixels")
    self.width = width
    self.height = height
    self.bytes = bytes
  }

  /// One pixel from the left, from the top.
  package subscript(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let offset = (y * width + x) * 3
    return (bytes[offset], bytes[offset + 1], bytes[offset + 2])
  }

  /// This picture in the middle of a square one filled with `gray`.
  func centered(inSquareOf side: Int, gray: UInt8) -> PixelBuffer {
    let (left, top) = ((side - width) / 2, (side - height) / 2)
    var square = [UInt8](repeating: gray, count: side * side * 3)
    for row in 0..<height {
      let target = ((top + row) * side + left) * 3
      let source = row * width * 3
      square.replaceSubrange(
        target..<target + width * 3, with: bytes[source..<source + width * 3])
    }
    return PixelBuffer(width: side, height: side, bytes: square)
  }
}

/// The order of the numbers in a network's input.
package enum TensorLayout: Sendable {
  /// `(3, H, W)`: all red values, then all green, then all blue.
  case channelsFirst
  /// `(H, W, 3)`: as pixels lie in memory.
  case channelsLast
}

extension PixelBuffer {
  /// Adds `(value - mean) / deviation` of each sample to the end of `floats`.
  ///
  /// A batch is then one array: `(B, 3, H, W)` or `(B, H, W, 3)`. The defaults are
  /// EfficientNet-Lite's.
  package func append(
    to floats: inout [Float], layout: TensorLayout, mean: Float = 127, deviation: Float = 128
  ) {
    let scale = 1 / deviation
    floats.reserveCapacity(floats.count + bytes.count)
    switch layout {
    case .channelsLast:
      for byte in bytes { floats.append((Float(byte) - mean) * scale) }
    case .channelsFirst:
      for channel in 0..<3 {
        for offset in stride(from: channel, to: bytes.count, by: 3) {
          floats.append((Float(bytes[offset]) - mean) * scale)
        }
      }
    }
  }
}
