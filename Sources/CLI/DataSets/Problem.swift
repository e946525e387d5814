/// Something in a data set that cannot be taken, and where it stands.
package struct Problem: Hashable, Sendable, Encodable, CustomStringConvertible {
  /// Relative to the data set's folder.
  package let file: String
  /// From 1; nil where the whole file is meant.
  package let line: Int?
  /// Names the thing, the value and the limit.
  package let message: String

  package init(file: String, line: Int? = nil, message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  package var description: String {
    if let line { return "\(file):\(line): \(message)" }
    return "\(file): \(message)"
  }
}

/// Problems as they are found: the first ones are kept, all are counted.
package struct ProblemList: Hashable, Sendable {
  package private(set) var kept: [Problem] = []
  package private(set) var count = 0
  private let keptMax: Int

  package init(keptMax: Int) { self.keptMax = keptMax }

  package var isEmpty: Bool { count == 0 }

  mutating func add(_ file: String, _ line: Int?, _ message: String) {
    count += 1
    if kept.count < keptMax { kept.append(Problem(file: file, line: line, message: message)) }
  }
}
