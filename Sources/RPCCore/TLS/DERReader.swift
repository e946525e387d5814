/// Reads the values of DER one after the other, without looking into them.
struct DERReader {
  /// One value: its tag's byte, and what it holds.
  struct Value {
    let tag: UInt8
    let content: ArraySlice<UInt8>
  }

  /// The bytes are not DER.
  struct Malformed: Error {}

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next value, or `nil` at the end.
  ///
  /// - Throws: if it ends early, or its length has more than four bytes or more than it needs.
  mutating func next() throws(Malformed) -> Value? {
    var rest = self.rest
    guard let tag = rest.popFirst() else { return nil }
    // Tags of more than one byte stand nowhere in a certificate.
    guard tag & 0x1F != 0x1F, let first = rest.popFirst() else { throw Malformed() }
    var length = Int(first)
    if first >= 0x80 {
      let count = Int(first & 0x7F)
      guard (1...4).contains(count), rest.count >= count, rest.first != 0 else {
        throw Malformed()
      }
      length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
      guard length >= 0x80 else { throw Malformed() }
      rest = rest.dropFirst(count)
    }
    guard rest.count >= length else { throw Malformed() }
    self.rest = rest.dropFirst(length)
    return Value(tag: tag, content: rest.prefix(length))
  }

  /// The next value, which must have this tag.
  mutating func next(tag: UInt8) throws(Malformed) -> ArraySlice<UInt8> {
    guard let value = try next(), value.tag == tag else { throw Malformed() }
    return value.content
  }
}
