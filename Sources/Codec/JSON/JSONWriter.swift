internal import JSONText

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
    bytes.append(quoted: text)
  }

  private mutating func breakLine() {
    guard isPretty else { return }
    raw("\n")
    for _ in 0..<depth { raw("  ") }
  }
}
