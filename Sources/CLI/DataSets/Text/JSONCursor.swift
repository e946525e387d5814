/// Reads JSON (RFC 8259) value by value, so that of a file of hundreds of megabytes only what is
/// asked for is kept, and knows its line.
///
/// `NaN` and `Infinity`, which Python writes, are numbers here: they are refused where they stand,
/// with their line.
struct JSONCursor {
  private let bytes: [UInt8]
  private let nestingMax: Int
  private var place = 0
  private var depth = 0
  private(set) var line = 1

  init(_ bytes: [UInt8], nestingMax: Int) {
    self.bytes = bytes
    self.nestingMax = nestingMax
  }

  enum Kind { case object, array, string, number, other }

  /// What comes next.
  mutating func kind() -> Kind {
    skipSpace()
    guard place < bytes.count else { return .other }
    switch bytes[place] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"),
      UInt8(ascii: "I"):
      return .number
    default: return .other
    }
  }

  /// Gives each key to `member`, which must read or skip its value.
  mutating func object(
    _ member: (String, inout JSONCursor) throws(SyntaxError) -> Void
  ) throws(SyntaxError) {
    try enter("{", "an object")
    if take("}") { return leave() }
    repeat {
      guard kind() == .string else { throw wrong("a key is missing") }
      let key = try string()
      guard take(":") else { throw wrong("`:` is missing behind a key") }
      try member(key, &self)
    } while take(",")
    guard take("}") else { throw wrong("`,` or `}` is missing") }
    leave()
  }

  /// Calls `element` before each element, which it must read or skip.
  mutating func array(
    _ element: (inout JSONCursor) throws(SyntaxError) -> Void
  ) throws(SyntaxError) {
    try enter("[", "an array")
    if take("]") { return leave() }
    repeat { try element(&self) } while take(",")
    guard take("]") else { throw wrong("`,` or `]` is missing") }
    leave()
  }

  /// The string that comes next.
  mutating func string() throws(SyntaxError) -> String {
    guard take("\"") else { throw wrong("a string is missing") }
    var text: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw wrong("a control character in a string")
      default: text.append(byte)
      }
    }
    throw wrong("a string without an end")
  }

  /// The number that comes next, which may be NaN or infinite.
  mutating func number() throws(SyntaxError) -> Double {
    skipSpace()
    let start = place
    while place < bytes.count, Self.isNumberPart(bytes[place]) { place += 1 }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    switch text {
    case "NaN": return .nan
    case "Infinity": return .infinity
    case "-Infinity": return -.infinity
    default: break
    }
    guard text.utf8.contains(where: { (0x30...0x39).contains($0) }),
      !text.utf8.contains(where: { $0 == UInt8(ascii: "N") || $0 == UInt8(ascii: "I") }),
      let number = Double(text)
    else { throw wrong("'\(text.prefix(24))' is not a value of JSON") }
    return number
  }

  /// Passes over a value of any kind.
  mutating func skip() throws(SyntaxError) {
    switch kind() {
    case .object: try object { _, cursor throws(SyntaxError) in try cursor.skip() }
    case .array: try array { cursor throws(SyntaxError) in try cursor.skip() }
    case .string: _ = try string()
    case .number: _ = try number()
    case .other:
      for word: StaticString in ["true", "false", "null"] where take(word) { return }
      throw wrong("a value is missing")
    }
  }

  /// - Throws: when something stands behind the document.
  mutating func end() throws(SyntaxError) {
    skipSpace()
    guard place == bytes.count else { throw wrong("something stands behind the document") }
  }

  func wrong(_ reason: String) -> SyntaxError { SyntaxError(line: line, reason: reason) }
}

extension JSONCursor {
  private mutating func enter(_ token: StaticString, _ what: String) throws(SyntaxError) {
    guard take(token) else { throw wrong("\(what) is missing") }
    depth += 1
    guard depth <= nestingMax else {
      throw wrong("\(depth) values within each other; the limit is \(nestingMax)")
    }
  }

  private mutating func leave() { depth -= 1 }

  private mutating func skipSpace() {
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\n"): line += 1
      case 0x20, 0x09, 0x0D: break
      default: return
      }
      place += 1
    }
  }

  private mutating func take(_ token: StaticString) -> Bool {
    skipSpace()
    let length = token.utf8CodeUnitCount
    guard bytes.count - place >= length else { return false }
    let fits = token.withUTF8Buffer { bytes[place..<place + length].elementsEqual($0) }
    if fits { place += length }
    return fits
  }

  private mutating func escape() throws(SyntaxError) -> [UInt8] {
    guard place < bytes.count else { throw wrong("a string without an end") }
    let byte = bytes[place]
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return try unicode()
    default: throw wrong("an escape that JSON does not have")
    }
  }

  private mutating func unicode() throws(SyntaxError) -> [UInt8] {
    let high = try hexadecimal()
    guard (0xD800...0xDBFF).contains(high), bytes.count - place >= 6,
      bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u")
    else { return try utf8(of: high) }
    place += 2
    let low = try hexadecimal()
    guard (0xDC00...0xDFFF).contains(low) else { throw wrong("half a surrogate pair") }
    return try utf8(of: 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
  }

  private func utf8(of number: UInt32) throws(SyntaxError) -> [UInt8] {
    guard let scalar = Unicode.Scalar(number) else { throw wrong("half a surrogate pair") }
    return Array(String(scalar).utf8)
  }

  private mutating func hexadecimal() throws(SyntaxError) -> UInt32 {
    let digits = bytes[place...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw wrong("`\\u` without four digits") }
    place += 4
    return number
  }

  private static func isNumberPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    case UInt8(ascii: "N"), UInt8(ascii: "a"), UInt8(ascii: "I"), UInt8(ascii: "n"),
      UInt8(ascii: "f"), UInt8(ascii: "i"), UInt8(ascii: "t"), UInt8(ascii: "y"):
      true
    default: false
    }
  }
}
