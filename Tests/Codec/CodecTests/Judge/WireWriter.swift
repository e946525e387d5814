/// Writes the wire format the plain way, front to back, sharing nothing with the codec under test.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 127 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func tag(_ number: Int32, _ wireType: UInt64) {
    varint(UInt64(number) << 3 | wireType)
  }

  mutating func fixed(_ value: UInt64, width: Int) {
    for index in 0..<width { bytes.append(UInt8(value >> (8 * index) & 255)) }
  }

  mutating func delimited(_ content: [UInt8]) {
    varint(UInt64(content.count))
    bytes += content
  }
}
