/// Requests by the model they need, in the order they came, taken in batches.
struct WaitingRequests<Key: Hashable, Request> {
  private struct Entry {
    var ticket: UInt64
    var key: Key
    var request: Request
  }

  let batchMax: Int
  private var entries: [Entry] = []
  private var nextTicket: UInt64 = 0

  init(batchMax: Int) { self.batchMax = batchMax }

  var count: Int { entries.count }

  /// Adds a request; the ticket names it.
  mutating func add(_ request: Request, for key: Key) -> UInt64 {
    defer { nextTicket += 1 }
    entries.append(Entry(ticket: nextTicket, key: key, request: request))
    return nextTicket
  }

  /// Takes the oldest requests for one key, up to the batch's size.
  ///
  /// The one named by `ticket` is among them or comes in a later batch; empty when it is gone.
  mutating func takeBatch(for key: Key, until ticket: UInt64) -> [Request] {
    guard entries.contains(where: { $0.ticket == ticket }) else { return [] }
    var batch: [Request] = []
    entries.removeAll { entry in
      guard batch.count < batchMax, entry.key == key else { return false }
      batch.append(entry.request)
      return true
    }
    return batch
  }

  /// Gives up a request that nobody waits for any more.
  mutating func remove(_ ticket: UInt64) {
    entries.removeAll { $0.ticket == ticket }
  }
}
