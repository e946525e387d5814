extension JSONDocument {
  /// A string without its escapes; both halves of a surrogate pair must be there, in their order.
  static func unescaped(_ raw: ArraySlice<UInt8>) throws(JSONError) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(raw.count)
    var index = raw.startIndex
    while index < raw.endIndex {
      let byte = raw[index]
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        index += 1
        continue
      }
      let start = index
      let escape = index + 1 < raw.endIndex ? raw[index + 1] : 0
      index += 2
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(escape)
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        guard let scalar = scalar(raw, &index) else {
          throw JSONError(.syntax("\\u without four digits, or half a surrogate pair"), at: start)
        }
        result += Array(String(Character(scalar)).utf8)
      default: throw JSONError(.syntax("an escape that does not exist"), at: start)
      }
    }
    return result
  }

  /// Reads what follows `\u`: four hexadecimal digits, or two such escapes that make a pair.
  private static func scalar(_ raw: ArraySlice<UInt8>, _ index: inout Int) -> Unicode.Scalar? {
    guard let first = codeUnit(raw, at: index) else { return nil }
    index += 4
    guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(UInt32(first)) }
    guard raw[index...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]),
      let second = codeUnit(raw, at: index + 2), second & 0xFC00 == 0xDC00
    else { return nil }
    index += 6
    return Unicode.Scalar(0x10000 + UInt32(first & 0x3FF) << 10 + UInt32(second & 0x3FF))
  }

  private static func codeUnit(_ raw: ArraySlice<UInt8>, at index: Int) -> UInt16? {
    let digits = raw[index...].prefix(4)
    guard digits.count == 4 else { return nil }
    var unit: UInt16 = 0
    for digit in digits {
      guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
      unit = unit << 4 | UInt16(value)
    }
    return unit
  }
}

/// A text of JSON that grows.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private let isPretty: Bool
  private var depth = 0
  private var isFirst = true

  init(isPretty: Bool) {
    self.isPretty = isPretty
  }

  /// Adds text as it is.
  mutating func raw(_ text: some StringProtocol) {
    bytes.append(contentsOf: text.utf8)
  }

  /// Begins an array or object.
  mutating func open(_ bracket: String) {
    raw(bracket)
    depth += 1
    isFirst = true
  }

  /// Ends an array or object.
  mutating func close(_ bracket: String) {
    depth -= 1
    if !isFirst { breakLine() }
    raw(bracket)
    isFirst = false
  }

  /// Separates an element from the one before.
  mutating func element() {
    if !isFirst { raw(",") }
    breakLine()
    isFirst = false
  }

  /// Begins a member.
  mutating func member(_ name: String) {
    element()
    string(name)
    raw(isPretty ? ": " : ":")
  }

  /// Adds a string in quotes.
  mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): raw("\\\"")
      case UInt8(ascii: "\\"): raw("\\\\")
      case 0x08: raw("\\b")
      case 0x0C: raw("\\f")
      case 0x0A: raw("\\n")
      case 0x0D: raw("\\r")
      case 0x09: raw("\\t")
      case 0..<0x20:
        raw(byte < 0x10 ? "\\u000" : "\\u00")
        raw(String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func breakLine() {
    guard isPretty else { return }
    raw("\n")
    for _ in 0..<depth { raw("  ") }
  }
}
