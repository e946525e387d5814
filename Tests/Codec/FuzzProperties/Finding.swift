/// A property that does not hold for an input.
package struct Finding: Error, CustomStringConvertible {
  /// What should hold, and what was seen.
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// Throws a finding unless the condition holds.
func require(
  _ condition: Bool, _ description: @autoclosure () -> String
) throws(Finding) {
  guard condition else { throw Finding(description()) }
}
