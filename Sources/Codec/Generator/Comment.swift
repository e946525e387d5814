/// Turns a comment of a .proto file into the lines of one in Swift.
struct Comment {
  private let width: Int
  private var lines: [String] = []
  private var paragraph: [String] = []
  private var isSummary: Bool

  /// Fills paragraphs to `width` columns.
  ///
  /// When the comment documents something, its first sentence becomes a paragraph of its own. Lines
  /// that begin with more than one space, `-` or `*` stay as they are.
  static func lines(of text: String, width: Int, hasSummary: Bool = true) -> [String] {
    var comment = Comment(width: width, hasSummary: hasSummary)
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      comment.add(line)
    }
    comment.endParagraph()
    if comment.lines.last?.isEmpty == true { comment.lines.removeLast() }
    return comment.lines
  }

  private init(width: Int, hasSummary: Bool) {
    self.width = width
    isSummary = hasSummary
  }

  private mutating func add(_ line: Substring) {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard let first = words.first else {
      endParagraph()
      addEmptyLine()
      return
    }
    if line.hasPrefix("  ") || first == "-" || first == "*" {
      endParagraph()
      lines.append(String(line.hasPrefix(" ") ? line.dropFirst() : line))
      return
    }
    for word in words {
      if isSummary, let last = paragraph.last, Self.endsSentence(last) {
        endParagraph()
        addEmptyLine()
      }
      paragraph.append(String(word))
    }
  }

  private mutating func addEmptyLine() {
    if lines.last?.isEmpty == false { lines.append("") }
  }

  /// Fills the words so far into lines; a summary is made to end like a sentence.
  private mutating func endParagraph() {
    guard let last = paragraph.last else { return }
    if isSummary, last.last?.isPunctuation == false { paragraph[paragraph.count - 1] += "." }
    isSummary = false
    var line = ""
    for word in paragraph {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? word : " " + word
    }
    lines.append(line)
    paragraph = []
  }

  /// Whether the sentence is over with this word.
  static func endsSentence(_ word: String) -> Bool {
    word.hasSuffix(".") && !word.hasSuffix("..") && word != "e.g." && word != "i.e."
  }
}
