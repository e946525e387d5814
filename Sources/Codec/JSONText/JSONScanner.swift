/// Why a text is not JSON, in the words of who reads it.
public protocol JSONFault: Error {
  /// `line` counts from 1.
  init(notJSON reason: String, at offset: Int, line: Int)
}

/// Goes through a text of JSON (RFC 8259) once, from mark to mark; what may follow what, and how
/// deep, is up to who calls.
///
/// It copies nothing before it is asked for a string. It is public so that it is compiled for each
/// reader's own fault.
public struct JSONScanner<Fault: JSONFault> {
  /// The text.
  public let bytes: [UInt8]
  /// Of the byte that comes next.
  public var position = 0
  /// Of that byte, from 1.
  public var line = 1

  /// - Throws: A fault for bytes that are not UTF-8.
  public init(_ bytes: [UInt8]) throws(Fault) {
    self.bytes = bytes
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw Fault(notJSON: "the text is not UTF-8", at: error.byteOffsets.lowerBound, line: 1)
    }
  }

  /// What is wrong at the byte that comes next.
  public func fault(_ reason: String) -> Fault {
    Fault(notJSON: reason, at: position, line: line)
  }

  /// The first byte of what comes next, white space passed over; nil at the end.
  @inlinable
  public mutating func next() -> UInt8? {
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0x0A: line += 1
      case 0x20, 0x09, 0x0D: break
      default: return byte
      }
      position += 1
    }
    return nil
  }

  /// Passes over the byte that `next` has given.
  @inlinable
  public mutating func pass() { position += 1 }

  /// Passes over `character`, if it comes next.
  @inlinable
  public mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Passes over `word`, if it comes next.
  public mutating func take(word: StaticString) -> Bool {
    _ = next()
    let isNext = word.withUTF8Buffer { bytes[position...].starts(with: $0) }
    if isNext { position += word.utf8CodeUnitCount }
    return isNext
  }

  /// Passes over `character`.
  ///
  /// - Throws: When something else comes next.
  public mutating func expect(_ character: Unicode.Scalar) throws(Fault) {
    guard take(character) else { throw fault("`\(character)` is missing") }
  }

  /// - Throws: When something stands behind the value.
  public mutating func expectEnd() throws(Fault) {
    guard next() == nil else { throw fault("something stands behind the document") }
  }

  /// The number that begins with the byte that `next` has given: where it stands.
  @inlinable
  public mutating func number() throws(Fault) -> Range<Int> {
    let start = position
    guard let end = bytes.jsonNumberEnd(from: start) else { throw noNumber }
    position = end
    return start..<end
  }

  @usableFromInline var noNumber: Fault {
    let part = bytes[position...].prefix(24).prefix { !",:[]{}\" \t\r\n".utf8.contains($0) }
    return fault("'\(String(decoding: part, as: UTF8.self))' is not a value of JSON")
  }

  /// The string that comes next, without its escapes.
  public mutating func string() throws(Fault) -> String {
    let raw = try rawString()
    return try string(raw.characters, isEscaped: raw.isEscaped)
  }

  /// What stands at these places of a string.
  public func string(_ characters: Range<Int>, isEscaped: Bool) throws(Fault) -> String {
    guard isEscaped else { return String(decoding: bytes[characters], as: UTF8.self) }
    return String(decoding: try unescaped(characters), as: UTF8.self)
  }

  /// The string that comes next: where its characters stand, and whether escapes are among them.
  @inlinable
  public mutating func rawString() throws(Fault) -> (characters: Range<Int>, isEscaped: Bool) {
    guard take("\"") else { throw fault("a string is missing") }
    let start = position
    var index = start
    var isEscaped = false
    while true {
      guard index < bytes.count else { throw fault("a string without an end") }
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        index += 1
      } else if byte < 0x20 {
        position = index
        throw fault("a control character in a string")
      }
      index += 1
    }
    if isEscaped { _ = try unescaped(start..<index) }
    position = index + 1
    return (start..<index, isEscaped)
  }

  /// A string without its escapes; both halves of a surrogate pair must be there, in their order.
  @usableFromInline
  func unescaped(_ characters: Range<Int>) throws(Fault) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(characters.count)
    var index = characters.lowerBound
    while index < characters.upperBound {
      let byte = bytes[index]
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        index += 1
        continue
      }
      let escape = index + 1 < characters.upperBound ? bytes[index + 1] : 0
      index += 2
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(escape)
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        let digits = bytes[index..<characters.upperBound]
        guard let scalar = scalar(in: digits) else {
          let reason =
            codeUnit(digits) == nil ? "`\\u` without four digits" : "half a surrogate pair"
          throw Fault(notJSON: reason, at: index - 2, line: line)
        }
        index += scalar.value > 0xFFFF ? 10 : 4
        result += scalar.utf8
      default: throw Fault(notJSON: "an escape that does not exist", at: index - 2, line: line)
      }
    }
    return result
  }

  /// What follows `\u`: four digits, or two such escapes that make a pair.
  private func scalar(in digits: ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let first = codeUnit(digits) else { return nil }
    guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(first) }
    let rest = digits.dropFirst(4)
    guard rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]),
      let second = codeUnit(rest.dropFirst(2)), second & 0xFC00 == 0xDC00
    else { return nil }
    return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF))
  }

  private func codeUnit(_ digits: ArraySlice<UInt8>) -> UInt32? {
    guard digits.count >= 4 else { return nil }
    return digits.prefix(4).reduce(UInt32?(0)) { unit, digit in
      guard let unit, let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
      return unit << 4 | UInt32(value)
    }
  }
}

extension RandomAccessCollection<UInt8> where Index == Int {
  /// Where the number that begins at `start` ends; nil if none begins there.
  @inlinable
  public func jsonNumberEnd(from start: Int) -> Int? {
    var index = start
    func digits() -> Bool {
      let start = index
      while index < endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self[index]) {
        index += 1
      }
      return index > start
    }
    if index < endIndex, self[index] == UInt8(ascii: "-") { index += 1 }
    let whole = index
    guard digits(), index == whole + 1 || self[whole] != UInt8(ascii: "0") else { return nil }
    if index < endIndex, self[index] == UInt8(ascii: ".") {
      index += 1
      guard digits() else { return nil }
    }
    if index < endIndex, self[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < endIndex, self[index] == UInt8(ascii: "+") || self[index] == UInt8(ascii: "-") {
        index += 1
      }
      guard digits() else { return nil }
    }
    return index
  }
}
