/// Reads the little of JSON that a safetensors header uses: strings, counts, and punctuation.
///
/// It has no recursion, so no input can exhaust the stack, and copies nothing before the limit on
/// its length was judged by the caller.
struct JSONScanner {
  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  func failure(_ reason: String) -> SafetensorsError {
    .badHeader(at: position, reason: reason)
  }

  /// Skips white space, then takes `character` if it is next.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(SafetensorsError) {
    guard take(character) else { throw failure("expected '\(character)'") }
  }

  mutating func expectEnd() throws(SafetensorsError) {
    skipSpace()
    guard position == bytes.count else { throw failure("more after the end") }
  }

  /// A whole number from 0, without sign, fraction, exponent or leading zeros.
  mutating func count() throws(SafetensorsError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position])
    {
      let digit = Int(bytes[position] - UInt8(ascii: "0"))
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(digit)
      guard !overflow, !carry else { throw failure("the number is too large") }
      value = sum
      position += 1
    }
    guard position > start else { throw failure("expected a number") }
    guard position - start == 1 || bytes[start] != UInt8(ascii: "0") else {
      throw failure("a number begins with 0")
    }
    return value
  }

  /// A string of at most `bytesMax` bytes of UTF-8.
  mutating func string(bytesMax: Int) throws(SafetensorsError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while true {
      guard position < bytes.count else { throw failure("a string does not end") }
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try decoded(text)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw failure("a control character in a string")
      default: text.append(byte)
      }
      guard text.count <= bytesMax else {
        throw .tooLarge(what: "string in the header", value: text.count, limit: bytesMax)
      }
    }
  }

  private func decoded(_ text: [UInt8]) throws(SafetensorsError) -> String {
    guard let string = String(validating: text, as: UTF8.self) else {
      throw failure("a string is not UTF-8")
    }
    return string
  }

  private mutating func escape(into text: inout [UInt8]) throws(SafetensorsError) {
    guard position < bytes.count else { throw failure("a string does not end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text += Array(String(try escapedScalar()).utf8)
    default: throw failure("an unknown escape")
    }
  }

  /// What follows `\u`: four digits, or eight and another `\u` for scalars past U+FFFF.
  private mutating func escapedScalar() throws(SafetensorsError) -> Character {
    var value = try fourDigits()
    if (0xD800..<0xDC00).contains(value) {
      guard bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
        throw failure("half of a surrogate pair")
      }
      position += 2
      let low = try fourDigits()
      guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair") }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw failure("half of a surrogate pair") }
    return Character(scalar)
  }

  private mutating func fourDigits() throws(SafetensorsError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw failure("expected four hexadecimal digits") }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }
}
