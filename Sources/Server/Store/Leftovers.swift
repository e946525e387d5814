internal import GRDB
internal import Synchronization

/// What deletions have left to be removed: whether it may be now, and who is told of it.
final class Leftovers: Sendable {
  /// Objects that one transaction forgets; their files are removed with the writer held.
  static let objectsMax = 64

  private struct State {
    /// How many need every object to stay.
    var holds = 0
    /// Whether the last transaction left objects to be forgotten.
    var hasObjects = false
  }

  /// Yields when there is something to remove; has one listener.
  let signals: AsyncStream<Void>
  private let feed: AsyncStream<Void>.Continuation
  private let state = Mutex(State())

  init() {
    (signals, feed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  var hasObjects: Bool { state.withLock { $0.hasObjects } }

  func signal() { feed.yield() }

  /// From now on no object is forgotten; called with the writer held, so that no transaction is
  /// just doing so.
  func hold() { state.withLock { $0.holds += 1 } }

  func release() {
    state.withLock { $0.holds -= 1 }
    signal()
  }

  /// Forgets some of the objects that no row refers to; their files go after the commit.
  func takeObjects(in db: Database) throws -> [ObjectHash] {
    guard state.withLock({ $0.holds == 0 }) else { return [] }
    let taken = try String.fetchAll(
      db.cachedStatement(
        sql: """
          DELETE FROM object WHERE hash IN
            (SELECT hash FROM object WHERE reference_count = 0 LIMIT ?) RETURNING hash
          """),
      arguments: [Self.objectsMax])
    let isFull = taken.count == Self.objectsMax
    state.withLock { $0.hasObjects = isFull }
    if isFull { signal() }
    return taken.map(ObjectHash.init(column:))
  }
}
