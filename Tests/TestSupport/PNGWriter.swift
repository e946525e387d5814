/// Writes 8-bit RGB images as PNG files, stored rather than compressed: all that tests need.
package enum PNGWriter {
  /// A file of `width * height` pixels.
  package static func bytes(
    width: Int, height: Int, pixel: (_ x: Int, _ y: Int) -> (UInt8, UInt8, UInt8)
  ) -> [UInt8] {
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (1 + 3 * width))
    for y in 0..<height {
      rows.append(0)  // No filter.
      for x in 0..<width {
        let (red, green, blue) = pixel(x, y)
        rows += [red, green, blue]
      }
    }
    return start(width: width, height: height) + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
  }

  /// A black image, cheap to make however large: its data chunks are one chunk over and over.
  ///
  /// The file has about `3 * width * height` bytes.
  package static func black(width: Int, height: Int) -> [UInt8] {
    let dataBytes = height * (1 + 3 * width)
    let block = storedBlock([UInt8](repeating: 0, count: storedBytesMax)[...], isLast: false)
    let repeated = chunk("IDAT", block)
    let (blocks, rest) = dataBytes.quotientAndRemainder(dividingBy: storedBytesMax)
    var bytes = start(width: width, height: height) + chunk("IDAT", zlibHeader)
    bytes.reserveCapacity(blocks * repeated.count + 70_000)
    for _ in 0..<blocks { bytes += repeated }
    // Adler-32 of n zero bytes: the low sum stays 1, so the high one counts them.
    let checksum = bigEndian(UInt32(dataBytes % 65_521) << 16 | 1)
    let last = storedBlock([UInt8](repeating: 0, count: rest)[...], isLast: true)
    return bytes + chunk("IDAT", last + checksum) + chunk("IEND", [])
  }

  // MARK: The file format

  private static let storedBytesMax = 65_535
  private static let zlibHeader: [UInt8] = [0x78, 0x01]

  /// The signature and the header chunk.
  private static func start(width: Int, height: Int) -> [UInt8] {
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
  }

  private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + body
    return bigEndian(UInt32(body.count)) + named + bigEndian(crc(named))
  }

  /// A zlib stream of stored blocks (RFC 1950 and 1951).
  private static func zlib(_ data: [UInt8]) -> [UInt8] {
    var stream = zlibHeader
    var rest = data[...]
    repeat {
      let part = rest.prefix(storedBytesMax)
      rest = rest.dropFirst(part.count)
      stream += storedBlock(part, isLast: rest.isEmpty)
    } while !rest.isEmpty
    var (low, high) = (UInt32(1), UInt32(0))
    for byte in data {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return stream + bigEndian(high << 16 | low)
  }

  private static func storedBlock(_ data: ArraySlice<UInt8>, isLast: Bool) -> [UInt8] {
    let count = UInt16(data.count)
    let sizes = [UInt8(truncatingIfNeeded: count), UInt8(count >> 8)]
    return [isLast ? 1 : 0] + sizes + sizes.map { ~$0 } + data
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    let table = crcTable
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes { sum = table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
    return ~sum
  }
}
