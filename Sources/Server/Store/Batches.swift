internal import GRDB

/// The short transactions into which long work is cut, so that nobody else waits long for their turn.
struct Batches {
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

  /// Lets `body` change so many rows in a transaction.
  mutating func next<Result: Sendable>(
    _ kind: DataStore.TransactionKind = .growing, in store: DataStore,
    _ body: @escaping @Sendable (_ rowsMax: Int, Database) throws -> Result
  ) async throws -> Result {
    let rowsMax = rowsMax
    let (result, start) = try await store.transaction(kind) { db in
      let start = ContinuousClock.now
      return (try body(rowsMax, db), start)
    }
    took(ContinuousClock.now - start)
    return result
  }

  /// Goes by how long the last transaction took, from when it had its turn.
  private mutating func took(_ time: Duration) {
    if time > Self.timeMax {
      rowsMax = min(max(rowsMax / 2, Self.range.lowerBound), limit)
    } else if time < Self.timeMax / 3 {
      rowsMax = min(rowsMax * 2, limit)
    }
  }
}
