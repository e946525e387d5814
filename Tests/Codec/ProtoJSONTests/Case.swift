import Testing

/// One line of a table: a name, JSON for the message `Kinds`, and what it should be printed as.
struct Case: Sendable, CustomTestStringConvertible {
  let name: String
  let json: String
  let expected: String

  var testDescription: String { name }

  /// Reads lines of the form `Name: {json} => {expected}`; without an arrow both are the same.
  static func table(_ text: String) -> [Case] {
    text.split(separator: "\n").map { line in
      let colon = line.firstRange(of: ": ") ?? line.endIndex..<line.endIndex
      let rest = line[colon.upperBound...]
      let arrow = rest.firstRange(of: " => ")
      let json = String(arrow.map { rest[..<$0.lowerBound] } ?? rest)
      return Case(
        name: String(line[..<colon.lowerBound]), json: json,
        expected: arrow.map { String(rest[$0.upperBound...]) } ?? json)
    }
  }
}
