/// Counts of values in ranges that follow each other; the last has no end.
package struct Histogram: Sendable, Equatable {
  /// Where each range begins, in rising order.
  package let edges: [Double]
  package private(set) var counts: [UInt64]

  /// Ranges that begin at these values, at least one.
  init(from edges: [Double]) {
    self.edges = edges
    counts = Array(repeating: 0, count: edges.count)
  }

  /// Values below the first range count into it.
  mutating func count(_ value: Double) {
    var place = edges.count - 1
    while place > 0, edges[place] > value { place -= 1 }
    counts[place] += 1
  }
}
