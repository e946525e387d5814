/// Reading numbers and tags at an offset; nil or false past the end, never a trap.
extension Span where Element == UInt8 {
  func uint16(at offset: Int, littleEndian: Bool = false) -> UInt16? {
    guard offset >= 0, offset <= count - 2 else { return nil }
    let first = UInt16(self[offset])
    let second = UInt16(self[offset + 1])
    return littleEndian ? second << 8 | first : first << 8 | second
  }

  func uint24LittleEndian(at offset: Int) -> UInt32? {
    guard offset >= 0, offset <= count - 3 else { return nil }
    return UInt32(self[offset]) | UInt32(self[offset + 1]) << 8 | UInt32(self[offset + 2]) << 16
  }

  func uint32(at offset: Int, littleEndian: Bool = false) -> UInt32? {
    guard
      let first = uint16(at: offset, littleEndian: littleEndian).map(UInt32.init),
      let second = uint16(at: offset + 2, littleEndian: littleEndian).map(UInt32.init)
    else { return nil }
    return littleEndian ? second << 16 | first : first << 16 | second
  }

  func byte(at offset: Int) -> UInt8? {
    offset >= 0 && offset < count ? self[offset] : nil
  }

  func holds(_ tag: StaticString, at offset: Int) -> Bool {
    let length = tag.utf8CodeUnitCount
    guard offset >= 0, offset <= count - length else { return false }
    return tag.withUTF8Buffer { expected in
      for index in 0..<length where self[offset + index] != expected[index] { return false }
      return true
    }
  }

  func starts(with tag: StaticString) -> Bool { holds(tag, at: 0) }

  func starts(with prefix: [UInt8]) -> Bool {
    guard count >= prefix.count else { return false }
    for index in prefix.indices where self[index] != prefix[index] { return false }
    return true
  }

  func equals(_ other: [UInt8]) -> Bool { count == other.count && starts(with: other) }
}
