internal import JSONText

/// Reads JSON value by value, so that of a file of hundreds of megabytes only what is asked for is
/// kept, and knows its line.
///
/// `NaN` and `Infinity`, which Python writes, are numbers here: they are refused where they stand,
/// with their line.
struct JSONCursor {
  private var scanner: JSONScanner<SyntaxError>
  private let nestingMax: Int
  private var depth = 0

  init(_ bytes: [UInt8], nestingMax: Int) throws(SyntaxError) {
    scanner = try JSONScanner(bytes)
    self.nestingMax = nestingMax
  }

  var line: Int { scanner.line }

  enum Kind { case object, array, string, number, other }

  /// What comes next.
  mutating func kind() -> Kind {
    guard let byte = scanner.next() else { return .other }
    switch byte {
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
    try items(in: ("{", "}"), of: "an object") { cursor throws(SyntaxError) in
      guard cursor.kind() == .string else { throw cursor.wrong("a key is missing") }
      let key = try cursor.string()
      guard cursor.scanner.take(":") else { throw cursor.wrong("`:` is missing behind a key") }
      try member(key, &cursor)
    }
  }

  /// Calls `element` before each element, which it must read or skip.
  mutating func array(
    _ element: (inout JSONCursor) throws(SyntaxError) -> Void
  ) throws(SyntaxError) {
    try items(in: ("[", "]"), of: "an array", element)
  }

  private mutating func items(
    in brackets: (open: Unicode.Scalar, close: Unicode.Scalar), of what: String,
    _ item: (inout JSONCursor) throws(SyntaxError) -> Void
  ) throws(SyntaxError) {
    guard scanner.take(brackets.open) else { throw wrong("\(what) is missing") }
    depth += 1
    guard depth <= nestingMax else {
      throw wrong("\(depth) values within each other; the limit is \(nestingMax)")
    }
    defer { depth -= 1 }
    if scanner.take(brackets.close) { return }
    repeat { try item(&self) } while scanner.take(",")
    guard scanner.take(brackets.close) else {
      throw wrong("`,` or `\(brackets.close)` is missing")
    }
  }

  /// The string that comes next.
  mutating func string() throws(SyntaxError) -> String { try scanner.string() }

  /// The number that comes next, which may be NaN or infinite.
  mutating func number() throws(SyntaxError) -> Double {
    if let number = wordForNumber() { return number }
    let text = scanner.bytes[try scanner.number()]
    return Double(String(decoding: text, as: UTF8.self)) ?? .nan
  }

  private mutating func wordForNumber() -> Double? {
    if let byte = scanner.next(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      return nil
    }
    if scanner.take(word: "NaN") { return .nan }
    if scanner.take(word: "Infinity") { return .infinity }
    return scanner.take(word: "-Infinity") ? -.infinity : nil
  }

  /// Passes over a value of any kind.
  mutating func skip() throws(SyntaxError) {
    switch kind() {
    case .object: try object { _, cursor throws(SyntaxError) in try cursor.skip() }
    case .array: try array { cursor throws(SyntaxError) in try cursor.skip() }
    case .string: _ = try scanner.rawString()
    case .number: if wordForNumber() == nil { _ = try scanner.number() }
    case .other:
      for word: StaticString in ["true", "false", "null"] where scanner.take(word: word) { return }
      throw wrong("a value is missing")
    }
  }

  /// - Throws: When something stands behind the document.
  mutating func end() throws(SyntaxError) { try scanner.expectEnd() }

  func wrong(_ reason: String) -> SyntaxError { scanner.fault(reason) }
}

extension SyntaxError: JSONFault {
  init(notJSON reason: String, at offset: Int, line: Int) {
    self.init(line: line, reason: reason)
  }
}
