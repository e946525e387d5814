/// The line in which a measurement ends, for people and programs: `result: NAME key=value ...`.
struct ResultLine: Sendable, Equatable, CustomStringConvertible {
  let name: String
  let values: [(key: String, value: String)]

  static func == (left: Self, right: Self) -> Bool {
    left.description == right.description
  }

  var description: String {
    "result: \(name)" + values.map { " \($0.key)=\($0.value)" }.joined()
  }
}
