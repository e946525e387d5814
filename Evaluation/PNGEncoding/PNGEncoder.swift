/// Writes PNG files without a compressor: the pixels stand in stored blocks (RFC 1950 and 1951).
package enum PNGEncoder {
  /// The most bytes of one stored block.
  private static let blockBytesMax = 65_535
  private static let zlibHeader: [UInt8] = [0x78, 0x01]

  /// What a pixel is made of, 8 bits each.
  package enum Color: Int {
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
  package static func file(_ color: Color, pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
    let rowBytes = width * color.rawValue
    precondition(pixels.count == rowBytes * height, "\(pixels.count) bytes, \(width)x\(height)")
    var rows: [UInt8] = []
    rows.reserveCapacity(pixels.count + height)
    for row in 0..<height {
      rows.append(0)  // no filter
      rows += pixels[row * rowBytes..<(row + 1) * rowBytes]
    }
    return start(color, width: width, height: height) + chunk("IDAT", zlib(rows)) + end
  }

  /// A black RGB image, cheap to make however large: its data chunks are one chunk over and over.
  ///
  /// The file has about `3 * width * height` bytes.
  package static func black(width: Int, height: Int) -> [UInt8] {
    let dataBytes = height * (1 + 3 * width)
    let zeros = [UInt8](repeating: 0, count: blockBytesMax)
    let repeated = chunk("IDAT", block(zeros[...], isLast: false))
    let (blocks, rest) = dataBytes.quotientAndRemainder(dividingBy: blockBytesMax)
    var file = start(.rgb, width: width, height: height) + chunk("IDAT", zlibHeader)
    file.reserveCapacity(blocks * repeated.count + 70_000)
    for _ in 0..<blocks { file += repeated }
    // Adler-32 of n zero bytes: the low sum stays 1, so the high one counts them.
    let checksum = bigEndian(UInt32(dataBytes % 65_521) << 16 | 1)
    return file + chunk("IDAT", block(zeros[..<rest], isLast: true) + checksum) + end
  }

  // MARK: The file format

  /// The signature and the header.
  private static func start(_ color: Color, width: Int, height: Int) -> [UInt8] {
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, color.type, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
  }

  private static let end = chunk("IEND", [])

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
  }

  private static func zlib(_ data: [UInt8]) -> [UInt8] {
    var stream = zlibHeader
    var rest = data[...]
    repeat {
      let part = rest.prefix(blockBytesMax)
      rest = rest.dropFirst(part.count)
      stream += block(part, isLast: rest.isEmpty)
    } while !rest.isEmpty
    return stream + bigEndian(adler32(data))
  }

  private static func block(_ data: ArraySlice<UInt8>, isLast: Bool) -> [UInt8] {
    let count = UInt16(data.count)
    let size = [UInt8(truncatingIfNeeded: count), UInt8(count >> 8)]
    return [isLast ? 1 : 0] + size + size.map { ~$0 } + data
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
    let table = crcTable
    var crc = UInt32.max
    for byte in data { crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8) }
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
}
