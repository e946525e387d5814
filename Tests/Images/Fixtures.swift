import Images

/// Small images made by the tests themselves.
enum Fixture {
  /// Red, green, blue and white quarters: red is top left, green top right, blue bottom left.
  static func quarters(width: Int = 64, height: Int = 48) -> PixelBuffer {
    let colors: [[UInt8]] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]
    return picture(width, height) { x, y in
      colors[(y * 2 / height) * 2 + x * 2 / width]
    }
  }

  static func picture(_ width: Int, _ height: Int, _ color: (Int, Int) -> [UInt8]) -> PixelBuffer {
    var bytes: [UInt8] = []
    for y in 0..<height { for x in 0..<width { bytes += color(x, y) } }
    return PixelBuffer(width: width, height: height, bytes: bytes)
  }

  /// A JPEG of `quarters`, stored so that `orientation` turns it upright.
  static func jpeg(orientation: Int) throws -> [UInt8] {
    let upright = quarters()
    let (width, height) = (upright.width, upright.height)
    let stored =
      orientation >= 5
      ? picture(height, width) { x, y in pixel(upright, orientation, x, y) }
      : picture(width, height) { x, y in pixel(upright, orientation, x, y) }
    return withExif(try stored.encodedJPEG(quality: 95), orientation: UInt16(orientation))
  }

  /// Where the stored pixel is seen, by the table of the EXIF standard.
  private static func pixel(
    _ upright: PixelBuffer, _ orientation: Int, _ x: Int, _ y: Int
  ) -> [UInt8] {
    let (right, bottom) = (upright.width - 1, upright.height - 1)
    let (seenX, seenY) =
      switch orientation {
      case 2: (right - x, y)
      case 3: (right - x, bottom - y)
      case 4: (x, bottom - y)
      case 5: (y, x)
      case 6: (right - y, x)
      case 7: (right - y, bottom - x)
      case 8: (y, bottom - x)
      default: (x, y)
      }
    let color = upright[seenX, seenY]
    return [color.red, color.green, color.blue]
  }

  /// A TIFF block with one entry, the orientation.
  static func exif(orientation: UInt16) -> [UInt8] {
    [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1]
      + bigEndian(orientation) + [0, 0, 0, 0, 0, 0]
  }

  static func withExif(_ jpeg: [UInt8], orientation: UInt16) -> [UInt8] {
    let body = Array("Exif".utf8) + [0, 0] + exif(orientation: orientation)
    let segment = [0xFF, 0xE1] + bigEndian(UInt16(body.count + 2)) + body
    return Array(jpeg[..<2]) + segment + Array(jpeg[2...])
  }

  static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  /// A GIF of one colour with that many equal frames.
  static func gif(width: UInt16 = 2, height: UInt16 = 2, frames: Int = 1) -> [UInt8] {
    let size = littleEndian(width) + littleEndian(height)
    // Codes of 3 bits: clear, then 0 four times, then end: 4 0 0 0 0 5, the lowest bit first.
    let frame = [0x2C, 0, 0, 0, 0] + size + [0, 2, 3, 0x04, 0x80, 0x02, 0]
    let palette: [UInt8] = [10, 200, 30, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    let header = Array("GIF89a".utf8) + size + [0x91, 0, 0] + palette
    return header + (0..<frames).flatMap { _ in frame } + [0x3B]
  }

  /// One pixel, lossless and transparent.
  static let webp: [UInt8] =
    Array("RIFF".utf8) + [26, 0, 0, 0] + Array("WEBPVP8L".utf8) + [
      13, 0, 0, 0, 0x2F, 0, 0, 0, 0x10, 0x07, 0x10, 0x11, 0x11, 0x88, 0x88, 0xFE, 0x07, 0,
    ]

  /// An extended WebP header over `webp`'s image: a canvas and no pixels that would fill it.
  static func webp(canvasWidth: UInt32, canvasHeight: UInt32) -> [UInt8] {
    let canvas = littleEndian(canvasWidth - 1)[..<3] + littleEndian(canvasHeight - 1)[..<3]
    let extended: [UInt8] = Array("VP8X".utf8) + [10, 0, 0, 0, 0, 0, 0, 0] + Array(canvas)
    let chunks = extended + Array(webp[12...])
    return Array("RIFF".utf8) + littleEndian(UInt32(chunks.count + 4)) + Array("WEBP".utf8) + chunks
  }
}
