/// Reads the part of YAML that `data.yaml` is made of: keys with words, lists and maps of words.
///
/// Lists and maps may stand in brackets, also over several lines, or one entry a line. All below a
/// key that is not asked for is passed over unread, so anchors, tags and texts do no harm there.
struct ConfigurationText {
  struct Word: Hashable {
    var text: String
    var line: Int
  }

  struct Pair: Hashable {
    var key: Word
    var value: Word
  }

  enum Value: Hashable {
    case word(Word)
    case list([Word])
    case map([Pair])
  }

  /// The values of the keys in `wanted` that stand at the left edge.
  static func read(_ lines: [String], wanted: Set<String>) throws(SyntaxError) -> [String: Value] {
    var values: [String: Value] = [:]
    var index = 0
    while index < lines.count {
      let line = lines[index]
      guard let first = line.first, first != "#", !first.isWhitespace, first != "-",
        let colon = keyEnd(line)
      else {
        index += 1
        continue
      }
      let key = unquoted(String(line[..<colon]))
      let rest = String(line[line.index(after: colon)...])
      let start = index
      index += 1
      guard wanted.contains(key) else { continue }
      guard values[key] == nil else {
        throw SyntaxError(line: start + 1, reason: "'\(key)' stands there twice")
      }
      let inline = withoutComment(rest).trimmed
      if inline.isEmpty {
        values[key] = try block(lines, &index)
      } else if inline.hasPrefix("[") || inline.hasPrefix("{") {
        values[key] = try flow(lines, from: start, text: inline, &index)
      } else {
        values[key] = .word(try word(inline, start + 1))
      }
    }
    return values
  }

  /// Entries of a line each, further in than the key, or `- ` at its edge.
  private static func block(_ lines: [String], _ index: inout Int) throws(SyntaxError) -> Value {
    var list: [Word] = []
    var map: [Pair] = []
    while index < lines.count {
      let text = withoutComment(lines[index]).trimmed
      let isIndented = lines[index].first?.isWhitespace ?? true
      let number = index + 1
      if text.isEmpty {
        index += 1
        continue
      }
      guard isIndented || text.hasPrefix("- ") || text == "-" else { break }
      if text.hasPrefix("-") {
        list.append(try word(String(text.dropFirst()).trimmed, number))
      } else if let colon = keyEnd(text) {
        let value = String(text[text.index(after: colon)...]).trimmed
        let key = try word(String(text[..<colon]).trimmed, number)
        map.append(Pair(key: key, value: try word(value, number)))
      } else {
        throw SyntaxError(line: number, reason: "neither `- entry` nor `key: value`")
      }
      guard list.isEmpty || map.isEmpty else {
        throw SyntaxError(line: number, reason: "entries of a list and of a map side by side")
      }
      index += 1
    }
    return map.isEmpty ? .list(list) : .map(map)
  }

  /// Entries in brackets, which may go over several lines.
  private static func flow(
    _ lines: [String], from start: Int, text: String, _ index: inout Int
  ) throws(SyntaxError) -> Value {
    let isMap = text.hasPrefix("{")
    let close: Character = isMap ? "}" : "]"
    var words: [Word] = []
    var (current, quotes, line) = ("", Quotes(), start)
    var rest = String(text.dropFirst())
    while true {
      for character in rest {
        if quotes.hold(character) {
          current.append(character)
        } else if character == close {
          if !current.trimmed.isEmpty { words.append(Word(text: current.trimmed, line: line + 1)) }
          return isMap ? .map(try words.map(pair)) : .list(try words.map(unwrapped))
        } else if character == "," {
          words.append(Word(text: current.trimmed, line: line + 1))
          current = ""
        } else if character == "[" || character == "{" {
          throw SyntaxError(line: line + 1, reason: "brackets within brackets")
        } else {
          current.append(character)
        }
      }
      line += 1
      guard line < lines.count else {
        throw SyntaxError(line: start + 1, reason: "a bracket that is not closed")
      }
      rest = " " + withoutComment(lines[line])
      index = line + 1
    }
  }

  private static func pair(_ entry: Word) throws(SyntaxError) -> Pair {
    guard let colon = keyEnd(entry.text) else {
      throw SyntaxError(line: entry.line, reason: "'\(entry.text)' is not `key: value`")
    }
    let value = String(entry.text[entry.text.index(after: colon)...]).trimmed
    let key = try word(String(entry.text[..<colon]).trimmed, entry.line)
    return Pair(key: key, value: try word(value, entry.line))
  }

  private static func unwrapped(_ entry: Word) throws(SyntaxError) -> Word {
    try word(entry.text, entry.line)
  }

  private static func word(_ text: String, _ line: Int) throws(SyntaxError) -> Word {
    if let first = text.first, "&*!|>%@`[{".contains(first) {
      throw SyntaxError(
        line: line, reason: "'\(text.prefix(40))': this part of YAML is not read; want plain words")
    }
    return Word(text: unquoted(text), line: line)
  }
}

extension ConfigurationText {
  /// Whether the characters of a line stand in quotes, one after the other.
  private struct Quotes {
    private var open: Character?
    private var isEscaped = false
    private var last: Character = " "

    /// Takes the next character in; true for quotes and what they hold.
    mutating func hold(_ character: Character) -> Bool {
      defer { if !character.isWhitespace { last = character } }
      guard let quote = open else {
        // In the middle of a word an apostrophe is one.
        let isOpening = character == "\"" || character == "'" && " [{,:-".contains(last)
        if isOpening { open = character }
        return isOpening
      }
      if isEscaped {
        isEscaped = false
      } else if character == "\\", quote == "\"" {
        isEscaped = true
      } else if character == quote {
        open = nil
      }
      return true
    }
  }

  /// The first `:` outside quotes that a space or the end follows.
  private static func keyEnd(_ line: String) -> String.Index? {
    var quotes = Quotes()
    for place in line.indices where !quotes.hold(line[place]) && line[place] == ":" {
      let next = line.index(after: place)
      if next == line.endIndex || line[next].isWhitespace { return place }
    }
    return nil
  }

  private static func withoutComment(_ line: String) -> String {
    var quotes = Quotes()
    var last: Character = " "
    for place in line.indices {
      let character = line[place]
      if !quotes.hold(character), character == "#", last.isWhitespace {
        return String(line[..<place])
      }
      last = character
    }
    return line
  }

  /// Text without its quotes; within double quotes `\"` and `\\` are single characters.
  private static func unquoted(_ text: String) -> String {
    let text = text.trimmed
    guard text.count >= 2, let first = text.first, first == text.last else { return text }
    let inner = text.dropFirst().dropLast()
    if first == "'" {
      return inner.split(separator: "''", omittingEmptySubsequences: false).joined(separator: "'")
    }
    guard first == "\"" else { return text }
    var result = ""
    var isEscaped = false
    for character in inner {
      if character == "\\", !isEscaped {
        isEscaped = true
      } else {
        result.append(character)
        isEscaped = false
      }
    }
    return result
  }

  /// A word as it is written: in double quotes.
  static func quoted(_ text: String) -> String {
    "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
  }
}

extension String {
  /// Without white space at the ends.
  var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
