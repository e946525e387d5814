internal import SeededRandom

extension SeededGenerator {
  /// Evenly from the range.
  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    let fraction = Double(next() >> 11) / Double(1 << 53)
    return range.lowerBound + (range.upperBound - range.lowerBound) * fraction
  }
}
