internal import Glibc
internal import Synchronization

/// Keeps room on the disk for what must work when it is full: logins, deletions, ends.
///
/// What would add to the store is refused as soon as no more than the reserve is left. The file
/// `reserve` takes as much room again, and gives it up to an essential write that finds nothing left;
/// it comes back when the disk has room for it beside the reserve that is to stay free.
final class SpaceGuard: Sendable {
  private struct State {
    var isReserved = false
    var isFull = false
  }

  /// What a server needs to start: folders for its engines, and the index of SQLite's log.
  private static let startBytes: UInt64 = 1 << 20

  private let folder: String
  /// Nothing where nobody asked for one.
  private let path: String?
  private let state = Mutex(State())
  private let report: @Sendable (StoreEvent) -> Void

  /// `report` hears when the disk has become full, and when it has room again.
  ///
  /// A disk that has no room for the reserve is left as it is.
  init(
    folder: String, keepsReserve: Bool, report: @escaping @Sendable (StoreEvent) -> Void
  ) {
    self.folder = folder
    path = keepsReserve ? Self.path(in: folder) : nil
    self.report = report
    if let path, let space = DiskSpace(at: folder), SystemCalls.exists(path) {
      if space.left < Self.startBytes {
        do {
          try SystemCalls.removeFile(path)
        } catch {
          // What needs the room will say that the disk is full.
        }
      } else {
        state.withLock { $0.isReserved = SystemCalls.reserveFile(path, bytes: space.reserve) }
      }
    }
    replenish()
  }

  static func path(in folder: String) -> String { folder + "/reserve" }

  /// Lets `bytes` be added to the store, beside what it takes to note them.
  ///
  /// - Throws: `.fault(.full)` unless the reserve would stay free.
  func admit(_ bytes: UInt64) throws(StoreError) {
    // If the system does not say what is left, the write itself will find out.
    guard let space = DiskSpace(at: folder) else { return }
    let left = leftBesideReserve(of: space)
    guard left < space.reserve || left - space.reserve < bytes else { return }
    throw .fault(
      .full(left: space.left, reserve: space.reserve), while: "adding \(bytes) bytes to '\(folder)'"
    )
  }

  /// Gives up the reserve's room to a write that must not fail.
  ///
  /// - Returns: whether there was any.
  func release() throws(StoreError) -> Bool {
    guard let path else { return false }
    return try state.withLock { (state) throws(StoreError) in
      guard state.isReserved else { return false }
      try SystemCalls.removeFile(path)
      state.isReserved = false
      return true
    }
  }

  /// Takes the reserve's room again, if there is enough; cheap when there is nothing to do.
  func replenish() {
    if let space = DiskSpace(at: folder) { _ = leftBesideReserve(of: space) }
  }

  /// What is left beside the reserve's own room, which is taken first if it can be; tells of a disk
  /// that has become full, or has room again.
  private func leftBesideReserve(of space: DiskSpace) -> UInt64 {
    let (left, news): (UInt64, StoreEvent?) = state.withLock { state in
      var left = space.left
      if let path, !state.isReserved {
        if left >= 2 * space.reserve {
          state.isReserved = SystemCalls.reserveFile(path, bytes: space.reserve)
        }
        left -= min(left, space.reserve)
      }
      // A quarter more than what made it full, so that it is not told again and again.
      let isFull = left < space.reserve + (state.isFull ? space.reserve / 4 : 0)
      guard isFull != state.isFull else { return (left, nil) }
      state.isFull = isFull
      return (left, isFull ? .full(.full(left: space.left, reserve: space.reserve)) : .roomAgain)
    }
    if let news { report(news) }
    return left
  }
}
