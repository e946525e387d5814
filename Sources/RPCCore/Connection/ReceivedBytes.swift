import Synchronization

/// What all connections of a server together hold of messages that no handler has taken yet.
package final class ReceivedBytes: Sendable {
  package let bytesMax: Int
  private let held = Atomic<Int>(0)

  package init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Bytes held, to within ``Share/stepBytes`` for each connection.
  package var count: Int { held.load(ordering: .relaxed) }

  fileprivate func take(_ bytes: Int) -> Bool {
    let (_, sum) = held.add(bytes, ordering: .relaxed)
    guard sum > bytesMax else { return true }
    held.subtract(bytes, ordering: .relaxed)
    return false
  }

  fileprivate func giveBack(_ bytes: Int) { held.subtract(bytes, ordering: .relaxed) }

  /// One connection's part, which is given back when the connection is gone.
  ///
  /// It is told to the others in steps, so that connections with small messages share no counter.
  package final class Share {
    package static let stepBytes = 16 << 10

    private let all: ReceivedBytes
    private var held = 0
    private var told = 0

    package init(of all: ReceivedBytes) { self.all = all }

    deinit { all.giveBack(told) }

    package var bytesMax: Int { all.bytesMax }

    /// Holds more bytes; `false`, and they are not held, when all connections together hold too much.
    package func take(_ bytes: Int) -> Bool {
      let more = held + bytes - told
      if more > Self.stepBytes {
        guard all.take(more) else { return false }
        told += more
      }
      held += bytes
      return true
    }

    package func giveBack(_ bytes: Int) {
      precondition(bytes <= held, "\(bytes) bytes given back; \(held) are held")
      held -= bytes
      let less = told - held
      guard less > Self.stepBytes else { return }
      all.giveBack(less)
      told -= less
    }
  }
}
