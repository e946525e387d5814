internal import JSONText

/// A text of JSON as a flat list of its values: nothing is copied until it is asked for, and nothing
/// is nested, so a hostile text costs neither stack nor more memory than its limit allows.
struct JSONDocument {
  /// A value, or the name of a member; what an array or object holds follows it directly.
  struct Token {
    enum Kind: UInt8 {
      case null, `true`, `false`, number, string, escapedString, array, object
    }

    let kind: Kind

    /// Where the value begins; of a string, behind the quotation mark.
    let start: UInt32

    /// Where the value ends; of a string, before the quotation mark.
    fileprivate(set) var end: UInt32

    /// The token after this value and all that it holds.
    fileprivate(set) var next: UInt32
  }

  private let scanner: JSONScanner<TextFault>
  private(set) var tokens: [Token] = []

  /// Reads a whole text.
  ///
  /// - Throws: `.syntax`, or the limit that is passed.
  init(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
    let bytesMax = min(limits.bytesMax, Int(Int32.max))
    guard bytes.count <= bytesMax else {
      throw JSONError(.tooLarge(bytes: bytes.count, limit: bytesMax))
    }
    var parser = JSONParser(
      scanner: try sound { () throws(TextFault) in try JSONScanner(bytes) }, limits: limits)
    tokens = try parser.parse()
    scanner = parser.scanner
  }

  subscript(index: Int) -> Token { tokens[index] }

  /// The bytes of a number, or of a string as it is written.
  func raw(_ index: Int) -> ArraySlice<UInt8> {
    scanner.bytes[Int(tokens[index].start)..<Int(tokens[index].end)]
  }

  /// The values of an array.
  func elements(of array: Int) -> [Int] {
    var elements: [Int] = []
    var index = array + 1
    while index < Int(tokens[array].next) {
      elements.append(index)
      index = Int(tokens[index].next)
    }
    return elements
  }

  /// The names and values of an object.
  func members(of object: Int) -> [(name: Int, value: Int)] {
    var members: [(name: Int, value: Int)] = []
    var index = object + 1
    while index < Int(tokens[object].next) {
      members.append((name: index, value: index + 1))
      index = Int(tokens[index + 1].next)
    }
    return members
  }

  /// The characters of a string.
  func string(_ index: Int) throws(JSONError) -> String {
    try sound { () throws(TextFault) in
      try scanner.string(raw(index).indices, isEscaped: tokens[index].kind == .escapedString)
    }
  }

  /// How an error names a value: as it is written, cut short.
  func excerpt(_ index: Int) -> String {
    switch tokens[index].kind {
    case .null: return "null"
    case .true: return "true"
    case .false: return "false"
    case .array: return "an array"
    case .object: return "an object"
    case .number, .string, .escapedString:
      let text = String(decoding: raw(index).prefix(40), as: UTF8.self)
      let short = raw(index).count > 40 ? text + "…" : text
      return tokens[index].kind == .number ? short : "\"\(short)\""
    }
  }
}

/// Goes through a text once, from its beginning to its end, with the open containers on a list.
private struct JSONParser {
  var scanner: JSONScanner<TextFault>
  let limits: JSONLimits
  var tokens: [JSONDocument.Token] = []
  var open: [Int] = []

  mutating func parse() throws(JSONError) -> [JSONDocument.Token] {
    repeat { try value() } while try hasMore()
    guard scanner.next() == nil else { throw fault("text after the value") }
    return tokens
  }

  private func fault(_ text: String) -> JSONError { scanner.fault(text).error }

  private mutating func append(
    _ kind: JSONDocument.Token.Kind, _ range: Range<Int>
  ) throws(JSONError) {
    guard tokens.count < limits.elementsMax else {
      throw JSONError(.tooManyElements(limit: limits.elementsMax), at: range.lowerBound)
    }
    tokens.append(
      JSONDocument.Token(
        kind: kind, start: UInt32(range.lowerBound), end: UInt32(range.upperBound),
        next: UInt32(tokens.count + 1)))
  }

  /// Reads a value; of an array or object that is not empty, all up to the end of its first value.
  private mutating func value() throws(JSONError) {
    while true {
      guard let byte = scanner.next() else {
        throw fault("the text ends where a value should be")
      }
      switch byte {
      case UInt8(ascii: "{"):
        try enter(.object)
        guard scanner.next() != UInt8(ascii: "}") else { return }
        try name()
        continue
      case UInt8(ascii: "["):
        try enter(.array)
        guard scanner.next() != UInt8(ascii: "]") else { return }
        continue
      case UInt8(ascii: "\""): try string()
      case UInt8(ascii: "t"): try word("true", .true)
      case UInt8(ascii: "f"): try word("false", .false)
      case UInt8(ascii: "n"): try word("null", .null)
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        try append(.number, try sound { () throws(TextFault) in try scanner.number() })
      default: throw fault("a value should be here")
      }
      return
    }
  }

  private mutating func enter(_ kind: JSONDocument.Token.Kind) throws(JSONError) {
    guard open.count < limits.depthMax else {
      throw JSONError(.tooDeep(limit: limits.depthMax), at: scanner.position)
    }
    open.append(tokens.count)
    try append(kind, scanner.position..<scanner.position + 1)
    scanner.pass()
  }

  /// Closes what ends behind a value; whether another value follows, and its name is read.
  private mutating func hasMore() throws(JSONError) -> Bool {
    while true {
      let byte = scanner.next()
      guard let container = open.last else { return false }
      let isObject = tokens[container].kind == .object
      switch byte {
      case UInt8(ascii: ","):
        scanner.pass()
        if isObject { try name() }
        return true
      case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
        scanner.pass()
        tokens[container].end = UInt32(scanner.position)
        tokens[container].next = UInt32(tokens.count)
        open.removeLast()
      case nil: throw fault("the text ends inside an array or object")
      default: throw fault("a comma or an end should be here")
      }
    }
  }

  private mutating func name() throws(JSONError) {
    guard scanner.next() == UInt8(ascii: "\"") else {
      throw fault("a name in double quotes should be here")
    }
    try string()
    guard scanner.take(":") else { throw fault("a colon should be here") }
  }

  private mutating func word(
    _ word: StaticString, _ kind: JSONDocument.Token.Kind
  ) throws(JSONError) {
    let start = scanner.position
    guard scanner.take(word: word) else { throw fault("a value should be here") }
    try append(kind, start..<scanner.position)
  }

  private mutating func string() throws(JSONError) {
    let raw = try sound { () throws(TextFault) in try scanner.rawString() }
    try append(raw.isEscaped ? .escapedString : .string, raw.characters)
  }
}

/// What the scanner finds.
private struct TextFault: JSONFault {
  let error: JSONError

  init(notJSON reason: String, at offset: Int, line: Int) {
    error = JSONError(.syntax(reason), at: offset)
  }
}

private func sound<Value>(_ body: () throws(TextFault) -> Value) throws(JSONError) -> Value {
  do {
    return try body()
  } catch {
    throw error.error
  }
}
