import CommandLineKit

/// How often answers are right.
struct Score: Sendable, Equatable {
  let classNames: [String]
  /// Row by row: images of class `row` taken for class `column`.
  private(set) var confusion: [[Int]]
  /// Images without an answer; they count as wrong.
  private(set) var failures = 0

  init(classNames: [String]) {
    self.classNames = classNames
    confusion = Array(
      repeating: Array(repeating: 0, count: classNames.count), count: classNames.count)
  }

  /// Counts one image; `answer` is nil when there was none.
  mutating func count(truth: String, answer: String?) {
    guard let row = classNames.firstIndex(of: truth),
      let answer, let column = classNames.firstIndex(of: answer)
    else {
      failures += 1
      return
    }
    confusion[row][column] += 1
  }

  var total: Int { confusion.joined().reduce(0, +) + failures }

  var right: Int { classNames.indices.reduce(0) { $0 + confusion[$1][$1] } }

  /// 0 to 1; 0 when nothing was counted.
  var accuracy: Double { total == 0 ? 0 : Double(right) / Double(total) }

  /// Wilson's 95 % interval of the accuracy.
  var interval: ClosedRange<Double> {
    Self.wilson(right: right, of: total)
  }

  static func wilson(right: Int, of total: Int) -> ClosedRange<Double> {
    guard total > 0 else { return 0...1 }
    let z = 1.959963984540054
    let count = Double(total)
    let part = Double(right) / count
    let center = (part + z * z / (2 * count)) / (1 + z * z / count)
    let half =
      z / (1 + z * z / count)
      * (part * (1 - part) / count + z * z / (4 * count * count)).squareRoot()
    return max(0, center - half)...min(1, center + half)
  }

  /// A row for each class: how often it was taken for which.
  func table() -> Table {
    var table = Table(
      [.init("TRUTH")] + classNames.map { .init($0, isNumeric: true) }
        + [.init("RECALL", isNumeric: true)])
    for (row, name) in classNames.enumerated() {
      let sum = confusion[row].reduce(0, +)
      let recall = sum == 0 ? "-" : Format.ratio(Double(confusion[row][row]) / Double(sum))
      table.append([name] + confusion[row].map(String.init) + [recall])
    }
    return table
  }
}
