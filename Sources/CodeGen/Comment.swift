/// Turns the comments of .proto files into those of Swift.
enum Comment {
  /// Fills paragraphs to `width` columns, and gives the first sentence a paragraph of its own when
  /// the comment documents something.
  ///
  /// Lines that begin with more than one space, `-` or `*` stay as they are.
  static func lines(of comment: String, width: Int, hasSummary: Bool = true) -> [String] {
    var paragraphs: [[Substring]] = [[]]
    var result: [String] = []
    func flush() {
      if let words = paragraphs.popLast(), !words.isEmpty {
        result += fill(words, width: width)
      }
      paragraphs = [[]]
    }
    var isFirst = hasSummary
    for line in comment.split(separator: "\n", omittingEmptySubsequences: false) {
      let words = line.split(separator: " ")
      guard let first = words.first else {
        flush()
        if result.last?.isEmpty == false { result.append("") }
        continue
      }
      if line.hasPrefix("  ") || first == "-" || first == "*" {
        flush()
        result.append(String(line.dropFirst(line.hasPrefix(" ") ? 1 : 0)))
        continue
      }
      for word in words {
        paragraphs[0].append(word)
        if isFirst, endsSentence(word) {
          isFirst = false
          flush()
          result.append("")
        }
      }
    }
    flush()
    while result.last?.isEmpty == true { result.removeLast() }
    return result
  }

  private static func endsSentence(_ word: Substring) -> Bool {
    word.hasSuffix(".") && !word.hasSuffix("..") && word != "e.g." && word != "i.e."
  }

  private static func fill(_ words: [Substring], width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in words {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    lines.append(line)
    return lines
  }
}
