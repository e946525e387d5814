/// A PNG written by hand, stored rather than compressed, of any colour type and with any chunks.
struct PNGFixture {
  var width: UInt32 = 4
  var height: UInt32 = 4
  var depth: UInt8 = 8
  var color: UInt8 = 2
  var interlace: UInt8 = 0
  /// Chunks between IHDR and IDAT.
  var chunks: [(name: String, body: [UInt8])] = []
  /// Filter bytes and rows.
  var data: [UInt8] = []

  /// One colour all over.
  static func filled(_ sample: [UInt8], color: UInt8, depth: UInt8 = 8, side: Int = 4) -> PNGFixture
  {
    let row = [0] + [[UInt8]](repeating: sample, count: side).joined()
    return PNGFixture(
      width: UInt32(side), height: UInt32(side), depth: depth, color: color,
      data: Array([[UInt8]](repeating: row, count: side).joined()))
  }

  var bytes: [UInt8] {
    let header =
      Fixture.bigEndian(width) + Fixture.bigEndian(height) + [depth, color, 0, 0, interlace]
    let middle = chunks.flatMap { Self.chunk($0.name, $0.body) }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header) + middle
      + Self.chunk("IDAT", Self.zlib(data)) + Self.chunk("IEND", [])
  }

  static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + body
    return Fixture.bigEndian(UInt32(body.count)) + named + Fixture.bigEndian(crc(named))
  }

  /// A zlib stream of stored blocks (RFC 1950 and 1951).
  static func zlib(_ data: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var rest = data[...]
    repeat {
      let block = rest.prefix(65_535)
      rest = rest.dropFirst(block.count)
      let count = UInt16(block.count)
      stream += [rest.isEmpty ? 1 : 0] + Fixture.littleEndian(count) + Fixture.littleEndian(~count)
      stream += block
    } while !rest.isEmpty
    var (low, high) = (UInt32(1), UInt32(0))
    for byte in data {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return stream + Fixture.bigEndian(high << 16 | low)
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
      }
    }
  }
}
