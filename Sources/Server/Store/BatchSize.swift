/// How many rows go into one of the short transactions into which long work is cut, so that nobody
/// else waits long for their turn.
struct BatchSize {
  /// Of one transaction with its commit; beyond it the next one is smaller.
  private static let timeMax = Duration.milliseconds(10)
  /// Rows of one transaction, whatever the disk is like.
  private static let range = 16...4_096

  private(set) var rowsMax: Int
  private let limit: Int

  init(atMost limit: Int = Self.range.upperBound) {
    self.limit = limit
    rowsMax = min(128, limit)
  }

  /// Goes by how long the last transaction took, from when it had its turn.
  mutating func took(_ time: Duration) {
    if time > Self.timeMax {
      rowsMax = min(max(rowsMax / 2, Self.range.lowerBound), limit)
    } else if time < Self.timeMax / 3 {
      rowsMax = min(rowsMax * 2, limit)
    }
  }
}
