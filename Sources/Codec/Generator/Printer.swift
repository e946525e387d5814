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

  /// Adds a branch of a `switch` at the depth of its head, and the body below it when both are too
  /// long for one line.
  mutating func branch(_ head: String, _ body: String = "") {
    let line = body.isEmpty ? head : head + " " + body
    depth -= 1
    let fits = line.count <= width
    out(fits ? line : head)
    depth += 1
    if !fits, !body.isEmpty { out(body) }
  }

  /// Adds what `body` prints one level deeper.
  mutating func indented(_ body: (inout Printer) -> Void) {
    depth += 1
    body(&self)
    depth -= 1
  }

  /// Adds `head`, `items` and `tail` in one line, or with all items in a line of their own, or one
  /// item a line.
  ///
  /// A tail of just ")" stays behind the last item, as `swift format` likes it.
  mutating func call(_ head: String, _ items: [String], _ tail: String) {
    let inside = items.joined(separator: ", ")
    if head.count + inside.count + tail.count <= width {
      out(head + inside + tail)
      return
    }
    out(head)
    depth += 1
    let last = tail == ")" ? ")" : tail == "]" && items.count > 1 ? "," : ""
    if inside.count + last.count <= width {
      out(inside + last)
    } else {
      for (index, item) in items.enumerated() {
        outWrapped(item + (index == items.count - 1 ? last : ","))
      }
    }
    depth -= 1
    if last != ")" { out(tail) }
  }

  /// Adds an array, one element a line.
  mutating func list(_ head: String, _ elements: [String]) {
    block(head, "]") { printer in
      for element in elements { printer.out(element + (elements.count > 1 ? "," : "")) }
    }
  }

  /// Adds a line, and breaks it behind its last arrow when it is too long.
  private mutating func outWrapped(_ line: String) {
    let arrow = line.indices.last { line[$0...].hasPrefix("-> ") }
    guard line.count > width, let arrow else { return out(line) }
    out(line[..<arrow] + "->")
    indented { $0.out(String(line[arrow...].dropFirst(3))) }
  }

  /// Adds a comment as documentation: a sentence by itself first, then the rest, in filled lines.
  mutating func doc(_ comment: String) {
    for line in Comment.lines(of: comment, width: width - 4) {
      out(line.isEmpty ? "///" : "/// " + line)
    }
  }
}
