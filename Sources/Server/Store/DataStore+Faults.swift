internal import Dispatch
internal import GRDB
internal import Synchronization

extension DataStore {
  /// What a full disk means to a transaction.
  enum TransactionKind: Sendable {
    /// It adds to the store: it is refused before any work once only the reserve is left.
    case growing
    /// It makes room, ends something or lets people in: it is judged by nothing, and is given the
    /// reserve when there is no room at all.
    case essential
  }

  /// Runs a write, which may be run a second time.
  func findingRoom<T: Sendable>(
    for kind: TransactionKind, _ write: () async throws -> T
  ) async throws -> T {
    switch kind {
    case .growing:
      try space.admit(0)
      return try await write()
    case .essential:
      defer { space.replenish() }
      do {
        return try await write()
      } catch let StoreError.fault(fault, _) where fault.isLackOfRoom {
        _ = try space.release()
        await moveLogToDatabase()
        return try await write()
      }
    }
  }

  /// Lets SQLite begin its log anew, which takes less room than to go on with it.
  private func moveLogToDatabase() async {
    do {
      try await database.writeWithoutTransaction { _ = try $0.checkpoint(.passive) }
    } catch {
      // As far as there was room; the log is as good as before.
      report(.cleanUpFailed("\(error)"))
    }
  }

  /// Takes back the room that was given up on a full disk, if there is some again.
  ///
  /// It is also done whenever something is written; to be called now and then for a store that is
  /// only read.
  package func replenishReserve() { space.replenish() }

  /// Writes what a crash has left in the journal into the database.
  ///
  /// If the disk refused some of it, it may be in the system's memory only, and no later wait for the
  /// disk would say so: nothing may be built on it before it was written anew.
  static func settleJournal(of pool: DatabasePool) throws {
    try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
  }

  /// Opens all connections for reading, so that reading needs no descriptor that may be missing
  /// later.
  static func openReaders(of pool: DatabasePool) throws {
    let failure = Mutex<(any Error)?>(nil)
    let count = pool.configuration.maximumReaderCount
    let opened = DispatchGroup()
    // Each is held until all are open: a free one would be used again.
    let done = DispatchSemaphore(value: 0)
    for _ in 0..<count {
      opened.enter()
      pool.asyncRead { result in
        do {
          // A connection opens the files beside the database when it reads for the first time.
          _ = try Int.fetchOne(result.get(), sql: "PRAGMA schema_version")
        } catch {
          failure.withLock { $0 = error }
        }
        opened.leave()
        // Without a connection it is the pool that waits here, and the others would never get theirs.
        if case .success = result { done.wait() }
      }
    }
    opened.wait()
    for _ in 0..<count { done.signal() }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}

extension SpaceGuard {
  /// Runs what opens or closes the database, and once more with the reserve's room if it finds none.
  func givingWay<T>(in folder: String, _ body: () throws -> T) throws -> T {
    do {
      return try StoreError.translating(in: folder, body)
    } catch let StoreError.fault(fault, _) where fault.isLackOfRoom {
      guard try release() else { throw StoreError.fault(fault, while: "opening '\(folder)'") }
      return try StoreError.translating(in: folder, body)
    }
  }
}

extension StorageFault {
  /// Whether room that is made on the disk helps.
  package var isLackOfRoom: Bool {
    switch self {
    case .full, .quota: true
    case .io, .readOnly, .tooManyFiles, .noMemory, .damagedDatabase: false
    }
  }
}
