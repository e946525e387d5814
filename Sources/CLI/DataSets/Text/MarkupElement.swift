/// An element of XML with what is in it.
struct MarkupElement: Sendable {
  let name: String
  let line: Int
  /// Of this element alone, without surrounding white space.
  fileprivate(set) var text = ""
  fileprivate(set) var children: [MarkupElement] = []

  /// The first child of that name.
  func child(_ name: String) -> MarkupElement? { children.first { $0.name == name } }

  func children(_ name: String) -> [MarkupElement] { children.filter { $0.name == name } }

  fileprivate init(name: String, line: Int) {
    self.name = name
    self.line = line
  }
}

/// Why text is not taken as XML, JSON or YAML.
struct SyntaxError: Error, Hashable {
  let line: Int
  let reason: String
}

/// Reads the part of XML that label files are made of: elements, text and character references.
///
/// There is no document type: a DOCTYPE and every entity but the five of XML itself are refused,
/// so nothing is ever expanded or fetched. Attributes, comments and processing instructions are
/// passed over. Depth is bounded here, size by whoever reads the file.
struct MarkupReader {
  private let bytes: [UInt8]
  private let nestingMax: Int
  private var place = 0
  private var line = 1

  /// The root element.
  static func read(
    _ bytes: [UInt8], nestingMax: Int
  ) throws(SyntaxError) -> MarkupElement {
    var reader = MarkupReader(bytes: bytes, nestingMax: nestingMax)
    return try reader.document()
  }

  private init(bytes: [UInt8], nestingMax: Int) {
    self.bytes = bytes
    self.nestingMax = nestingMax
  }

  private mutating func document() throws(SyntaxError) -> MarkupElement {
    var open: [MarkupElement] = []
    var text: [[UInt8]] = []
    var root: MarkupElement?
    while place < bytes.count {
      if bytes[place] != UInt8(ascii: "<") {
        let run = try characters()
        if text.isEmpty {
          guard run.allSatisfy(Self.isSpace) else { throw wrong("text outside the root element") }
        } else {
          text[text.count - 1] += run
        }
      } else if skip("<!--") {
        try skipBehind("-->", of: "a comment")
      } else if skip("<![CDATA[") {
        guard !text.isEmpty else { throw wrong("text outside the root element") }
        text[text.count - 1] += try takeBehind("]]>", of: "a CDATA section")
      } else if skip("<?") {
        try skipBehind("?>", of: "a processing instruction")
      } else if skip("<!") {
        throw wrong("a DOCTYPE or declaration; these are refused")
      } else if skip("</") {
        let name = try name()
        skipSpace()
        guard skip(">") else { throw wrong("the end tag of \(name) is broken") }
        guard var element = open.popLast(), element.name == name else {
          throw wrong("an end tag of \(name) that was not opened last")
        }
        element.text = Self.trimmed(text.removeLast())
        close(element, &open, &root)
      } else {
        place += 1
        guard root == nil else { throw wrong("a second root element") }
        let element = MarkupElement(name: try name(), line: line)
        guard open.count < nestingMax else {
          throw wrong("\(open.count + 1) elements within each other; the limit is \(nestingMax)")
        }
        if try attributes(of: element.name) {
          close(element, &open, &root)
        } else {
          open.append(element)
          text.append([])
        }
      }
    }
    if let left = open.last { throw wrong("the element \(left.name) has no end") }
    guard let root else { throw wrong("no element") }
    return root
  }

  private func close(
    _ element: MarkupElement, _ open: inout [MarkupElement], _ root: inout MarkupElement?
  ) {
    if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
  }

  /// Passes over the attributes and the end of a start tag.
  ///
  /// - Returns: Whether the element is empty: `<name/>`.
  private mutating func attributes(of name: String) throws(SyntaxError) -> Bool {
    while true {
      skipSpace()
      if skip("/>") { return true }
      if skip(">") { return false }
      _ = try self.name()
      skipSpace()
      guard skip("=") else { throw wrong("an attribute of \(name) has no value") }
      skipSpace()
      guard place < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[place])
      else { throw wrong("an attribute of \(name) has a value without quotes") }
      let quote = bytes[place]
      move()
      while place < bytes.count, bytes[place] != quote {
        guard bytes[place] != UInt8(ascii: "<") else { throw wrong("`<` in an attribute") }
        move()
      }
      guard place < bytes.count else { throw wrong("an attribute of \(name) has no end") }
      move()
    }
  }

  private mutating func name() throws(SyntaxError) -> String {
    let start = place
    while place < bytes.count, Self.isNamePart(bytes[place]) { place += 1 }
    guard place > start else { throw wrong("a tag without a name") }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  /// Text up to the next `<`, references put in.
  private mutating func characters() throws(SyntaxError) -> [UInt8] {
    var run: [UInt8] = []
    while place < bytes.count, bytes[place] != UInt8(ascii: "<") {
      if bytes[place] == UInt8(ascii: "&") {
        run += try reference()
      } else {
        run.append(bytes[place])
        move()
      }
    }
    return run
  }

  private static let entities: [String: String] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'",
  ]
  private static let referenceBytesMax = 10

  private mutating func reference() throws(SyntaxError) -> [UInt8] {
    let rest = bytes[(place + 1)...].prefix(Self.referenceBytesMax)
    guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else {
      throw wrong("`&` that begins no character reference")
    }
    let name = String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
    place = end + 1
    if let known = Self.entities[name] { return Array(known.utf8) }
    let number =
      if name.hasPrefix("#x") { UInt32(name.dropFirst(2), radix: 16) } else if name.hasPrefix("#") {
        UInt32(name.dropFirst(1))
      } else { UInt32?.none }
    guard let number, number > 0, let scalar = Unicode.Scalar(number) else {
      throw wrong("'&\(name);': entities other than XML's own are refused")
    }
    return Array(String(scalar).utf8)
  }
}

// MARK: - Moving on

extension MarkupReader {
  private func wrong(_ reason: String) -> SyntaxError { SyntaxError(line: line, reason: reason) }

  private mutating func move() {
    if bytes[place] == UInt8(ascii: "\n") { line += 1 }
    place += 1
  }

  private mutating func skip(_ token: StaticString) -> Bool {
    let length = token.utf8CodeUnitCount
    guard bytes.count - place >= length else { return false }
    let fits = token.withUTF8Buffer { bytes[place..<place + length].elementsEqual($0) }
    if fits { place += length }
    return fits
  }

  private mutating func skipBehind(_ token: StaticString, of what: String) throws(SyntaxError) {
    _ = try takeBehind(token, of: what)
  }

  private mutating func takeBehind(
    _ token: StaticString, of what: String
  ) throws(SyntaxError) -> ArraySlice<UInt8> {
    let start = place
    while place < bytes.count {
      let end = place
      if skip(token) { return bytes[start..<end] }
      move()
    }
    throw wrong("\(what) without an end")
  }

  private mutating func skipSpace() {
    while place < bytes.count, Self.isSpace(bytes[place]) { move() }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: ":"), 0x80...0xFF:
      true
    default: false
    }
  }

  private static func trimmed(_ text: [UInt8]) -> String {
    let start = text.firstIndex { !isSpace($0) } ?? text.endIndex
    let end = text.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
    return String(decoding: text[start..<end], as: UTF8.self)
  }
}
