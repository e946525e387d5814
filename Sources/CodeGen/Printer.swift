/// Collects lines, and indents them by how deep the blocks are.
struct Printer {
  private(set) var text = ""
  private var depth = 0

  /// The columns that are left of the line limit at this depth.
  var width: Int { 100 - 2 * depth }

  /// Adds a line; an empty one has no trailing spaces.
  mutating func out(_ line: String = "") {
    if !line.isEmpty {
      text += String(repeating: "  ", count: depth)
      text += line
    }
    text += "\n"
  }

  /// Adds `head`, what `body` prints one level deeper, and `tail`.
  mutating func block<Failure>(
    _ head: String, _ tail: String = "}", _ body: (inout Printer) throws(Failure) -> Void
  ) throws(Failure) {
    out(head)
    depth += 1
    try body(&self)
    depth -= 1
    out(tail)
  }

  /// Adds a line at the depth of the block's head: the `case` of a `switch`.
  mutating func outdented(_ line: String) {
    depth -= 1
    out(line)
    depth += 1
  }

  /// Adds what `body` prints one level deeper.
  mutating func indented(_ body: (inout Printer) -> Void) {
    depth += 1
    body(&self)
    depth -= 1
  }

  /// Adds `head(items)tail` in one line, or with all items in a line of their own, or one a line.
  mutating func call(_ head: String, _ items: [String], _ tail: String) {
    let inside = items.joined(separator: ", ")
    if head.count + inside.count + tail.count <= width {
      out(head + inside + tail)
      return
    }
    out(head)
    depth += 1
    if inside.count <= width {
      out(inside)
    } else {
      for (index, item) in items.enumerated() {
        out(index == items.count - 1 ? item : item + ",")
      }
    }
    depth -= 1
    out(tail)
  }

  /// Adds a comment as documentation: a sentence by itself first, then the rest, in filled lines.
  mutating func doc(_ comment: String) {
    for line in Comment.lines(of: comment, width: width - 4) {
      out(line.isEmpty ? "///" : "/// " + line)
    }
  }
}
