/// Writes PNG files without a compressor: the pixels stand in stored blocks.
enum PNGEncoder {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// The most bytes of one stored block of deflate.
  private static let blockBytesMax = 65_535

  /// What a pixel is made of, 8 bits each.
  enum Color: Int {
    case gray = 1
    case rgb = 3

    /// The format's number for it.
    fileprivate var type: UInt8 {
      switch self {
      case .gray: 0
      case .rgb: 2
      }
    }
  }

  /// A PNG file of pixels, row by row from the top.
  static func file(_ color: Color, pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
    let rowBytes = width * color.rawValue
    precondition(pixels.count == rowBytes * height, "\(pixels.count) bytes, \(width)x\(height)")
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, color.type, 0, 0, 0]
    var rows: [UInt8] = []
    rows.reserveCapacity(pixels.count + height)
    for row in 0..<height {
      rows.append(0)  // no filter
      rows += pixels[row * rowBytes..<(row + 1) * rowBytes]
    }
    return signature + chunk("IHDR", header) + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
  }

  /// A zlib stream of stored blocks.
  private static func zlib(_ data: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = min(start + blockBytesMax, data.count)
      let count = UInt16(end - start)
      stream.append(end == data.count ? 1 : 0)
      stream += littleEndian(count) + littleEndian(~count)
      stream += data[start..<end]
      start = end
    } while start < data.count
    return stream + bigEndian(adler32(data))
  }

  static func adler32(_ data: [UInt8]) -> UInt32 {
    var (low, high) = (UInt32(1), UInt32(0))
    for byte in data {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return high << 16 | low
  }

  static func crc32(_ data: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in data { crc = crcTable[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8) }
    return ~crc
  }

  private static let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { crc, _ in
      crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1
    }
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func littleEndian(_ value: UInt16) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
  }
}
