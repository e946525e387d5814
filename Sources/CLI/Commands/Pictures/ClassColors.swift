import Drawing

/// A colour for each class, the same in all pictures that belong together.
struct ClassColors: Sendable {
  private var numbers: [String: Int] = [:]

  /// Known classes have the first colours, in their order; others get the next as they come.
  init(_ names: [String] = []) {
    for name in names { _ = color(of: name) }
  }

  mutating func color(of name: String) -> String {
    let number = numbers[name] ?? numbers.count
    numbers[name] = number
    return ChartColors.kind(number)
  }
}
