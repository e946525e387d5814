extension [UInt8] {
  /// Adds a text as JSON has it, in quotes.
  package mutating func append(quoted text: String) {
    append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): append(contentsOf: "\\\\".utf8)
      case 0x08: append(contentsOf: "\\b".utf8)
      case 0x0C: append(contentsOf: "\\f".utf8)
      case 0x0A: append(contentsOf: "\\n".utf8)
      case 0x0D: append(contentsOf: "\\r".utf8)
      case 0x09: append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u00").utf8)
        append(contentsOf: String(byte, radix: 16).utf8)
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }
}

extension String {
  /// The text in quotes, as JSON has it and YAML too, and on one line in every reader's eyes.
  package var quotedJSON: String {
    var bytes: [UInt8] = []
    bytes.append(quoted: self)
    let quoted = String(decoding: bytes, as: UTF8.self)
    guard bytes.contains(where: { $0 == 0x7F || $0 >= 0xE2 }) else { return quoted }
    return quoted.unicodeScalars.reduce(into: "") { line, scalar in
      switch scalar {
      case "\u{7F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
        let digits = String(scalar.value, radix: 16)
        line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: line.unicodeScalars.append(scalar)
      }
    }
  }
}
