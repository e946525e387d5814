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
}
