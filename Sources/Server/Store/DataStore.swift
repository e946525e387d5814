internal import GRDB
internal import Synchronization

/// Everything the server keeps: accounts, projects, images, trainings, models, publications.
///
/// Rows are in SQLite, bytes in files named by their SHA-256. A row that refers to a file is
/// committed only after the file is safe on the disk, so what a method has returned survives
/// `kill -9` and power loss, and a crash leaves at most files that nothing refers to.
///
/// Each method is one transaction. All of them throw `StoreError`, or `CancellationError` when the
/// calling task was cancelled before the commit.
package final class DataStore: Sendable {
  package let limits: StoreLimits
  let database: any DatabaseWriter
  let files: ObjectFiles
  /// What deletions have left to be removed; see `removeLeftovers()`.
  let leftovers = Leftovers()
  let space: SpaceGuard
  let report: @Sendable (StoreEvent) -> Void
  /// When the folder was opened before, if the server then ended without closing it.
  let crashTime: Int64?
  private let identity: FolderIdentityFile?
  /// The numbers of data sets that are being frozen.
  let preparing = Mutex<Set<Int64>>([])
  private let lock: FolderLock

  /// Opens a data folder, making what is missing, and puts right what a crash left behind: cut-off
  /// uploads go, and trainings that ran are failed.
  ///
  /// Object files that no row refers to are left to `sweepAfterCrash()` and to the scrub.
  ///
  /// With `isNewStore` the database that is there is taken as it is, whatever the folder has seen,
  /// or a new one is made. `report` hears of what its owner should know and no caller is told.
  ///
  /// - Throws: `.folderInUse` when another server has the folder open; `.refused` when what is there
  ///   does not fit together, and then nothing was changed.
  package static func open(
    folder: String, limits: StoreLimits = StoreLimits(), isNewStore: Bool = false,
    at now: Timestamp, report: @escaping @Sendable (StoreEvent) -> Void = { _ in }
  ) throws -> DataStore {
    let files = ObjectFiles(folder: folder)
    try files.makeFolders()
    let lock = try FolderLock(folder: folder)
    let space = SpaceGuard(folder: folder, keepsReserve: true, report: report)
    return try space.givingWay(in: folder) {
      try StoreOpening(files: files, now: now, isNewStore: isNewStore).prepare()
      let pool = try DatabasePool(path: files.databasePath, configuration: configuration())
      // GRDB sets NORMAL with WAL, which would lose the last commits with the power.
      // Its journal is moved into the database by whoever commits; little of it at a time, so that
      // nobody waits long.
      try pool.writeWithoutTransaction { db in
        try requireWriteAheadLog(db)
        try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 256")
      }
      try settleJournal(of: pool)
      try openReaders(of: pool)
      try Migrations.migrator.migrate(pool)
      let crashTime = try pool.write { try beginUse(of: files, isNewStore: isNewStore, in: $0) }
      return try DataStore(
        database: pool, files: files, space: space, lock: lock, crashTime: crashTime,
        limits: limits, at: now,
        report: report)
    }
  }

  /// A disk that fails while a new database changes to its log of today leaves it with the journal of
  /// before, and nobody is told: its commits would not survive a power loss.
  private static func requireWriteAheadLog(_ db: Database) throws {
    for sql in ["PRAGMA journal_mode", "PRAGMA journal_mode = WAL"] {
      if try String.fetchOne(db, sql: sql) == "wal" { return }
    }
    throw StoreError.database("the database cannot change to its write-ahead log")
  }

  /// A store for tests: rows in memory, objects in `folder`.
  package static func inMemory(
    objectsIn folder: String, limits: StoreLimits = StoreLimits(), at now: Timestamp
  ) throws -> DataStore {
    let files = ObjectFiles(folder: folder)
    try files.makeFolders()
    let lock = try FolderLock(folder: folder)
    let space = SpaceGuard(folder: folder, keepsReserve: false, report: { _ in })
    return try space.givingWay(in: folder) {
      let queue = try DatabaseQueue(configuration: configuration())
      try Migrations.migrator.migrate(queue)
      return try DataStore(
        database: queue, files: files, space: space, lock: lock, crashTime: nil, limits: limits,
        at: now,
        report: { _ in })
    }
  }

  private init(
    database: any DatabaseWriter, files: ObjectFiles, space: SpaceGuard, lock: FolderLock,
    crashTime: Int64?, limits: StoreLimits, at now: Timestamp,
    report: @escaping @Sendable (StoreEvent) -> Void
  ) throws {
    self.report = report
    self.database = database
    self.files = files
    self.space = space
    self.lock = lock
    self.crashTime = crashTime
    self.limits = limits
    try files.emptyStaging()
    if crashTime != nil { try files.synchronizeFolders() }
    let state = try database.write { db in
      try Self.failInterruptedTrainings(in: db, at: now)
      return try FolderIdentity(in: db)
    }
    guard database is DatabasePool else {
      identity = nil
      return
    }
    try FolderIdentityFile.write(state, in: files.folder)
    identity = try FolderIdentityFile(in: files.folder, changes: state.changes)
    try SystemCalls.removeFile(files.manifestPath)
    if crashTime == nil { try SystemCalls.touch(files.openedPath) }
  }

  /// Marks the store as open, and gives a backup that is used, or a new store, an id of its own.
  ///
  /// - Returns: when it was opened before and not closed since, by the file system's clock; nothing
  ///   after a clean stop.
  private static func beginUse(
    of files: ObjectFiles, isNewStore: Bool, in db: Database
  ) throws -> Int64? {
    let wasOpen = try Bool.fetchOne(db, sql: "SELECT is_open FROM store") ?? false
    let crashTime = wasOpen ? try SystemCalls.changeTime(of: files.openedPath) ?? 0 : nil
    if isNewStore || SystemCalls.exists(files.manifestPath) {
      // First, so that a crash leaves no folder of one store with a database of another.
      try SystemCalls.removeFile(FolderIdentityFile.path(in: files.folder))
      try SystemCalls.synchronizeFolder(files.folder)
      try db.execute(
        sql: "UPDATE store SET id = ?", arguments: [FolderIdentity.randomID()])
    }
    try db.execute(sql: "UPDATE store SET is_open = 1, changes = changes + 1")
    return crashTime
  }

  /// Leaves one complete database file, closes it and frees the folder for others; nothing may be
  /// called afterwards.
  package func close() throws {
    try space.givingWay(in: files.folder) {
      if let pool = database as? DatabasePool {
        let changes = try pool.write { db in
          try db.execute(sql: "UPDATE store SET is_open = 0, changes = changes + 1")
          return try FolderIdentity(in: db).changes
        }
        try identity?.saw(changes: changes)
        pool.invalidateReadOnlyConnections()
        do {
          try space.givingWay(in: files.folder) {
            try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
          }
        } catch {
          // Nothing is lost: the next start reads the journal.
          report(.cleanUpFailed("the journal stays beside the database: \(error)"))
        }
      }
      try database.close()
    }
    lock.release()
  }

  static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.label = "diyml"
    configuration.busyMode = .timeout(5)
    configuration.foreignKeysEnabled = true
    return configuration
  }
}

// MARK: - Transactions

extension DataStore {
  /// Reads from one snapshot of the database.
  func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
    let folder = files.folder
    do {
      return try await finishingClassRemovals {
        try await database.read { db in try db.translatingErrors(in: folder, body) }
      }
    } catch let error as DatabaseError {
      throw StoreError(error, in: folder)
    }
  }

  /// Writes in one transaction; objects that lose their last reference go with it, a bounded number
  /// at a time, and the rest soon afterwards.
  ///
  /// `staged` is an object that `body` makes a row refer to. Its bytes are made safe first, and its
  /// file is put in place right before the commit, also where there is one, which may be damaged.
  ///
  /// Files are moved and removed while the writer is held. So a file is never removed for a row
  /// that went while another row comes that needs it.
  func transaction<T: Sendable>(
    _ kind: TransactionKind = .growing, adopting staged: StagedObject? = nil,
    _ body: @escaping @Sendable (Database) throws -> T
  ) async throws -> T {
    try await finishingClassRemovals {
      try await findingRoom(for: kind) { try await transactionOnce(adopting: staged, body) }
    }
  }

  private func transactionOnce<T: Sendable>(
    adopting staged: StagedObject?, _ body: @escaping @Sendable (Database) throws -> T
  ) async throws -> T {
    // Before the writer is held: others write meanwhile.
    try await staged?.synchronize(for: files)
    do {
      return try await database.writeWithoutTransaction { db in
        var outcome: (result: T, garbage: [ObjectHash], changes: Int64?)?
        var isPlaced = false
        do {
          try db.translatingErrors(in: self.files.folder) { db in
            try db.inTransaction(.immediate) {
              let before = db.totalChangesCount
              if let staged { try Self.insertObject(staged, in: db) }
              let result = try body(db)
              let garbage = try self.leftovers.takeObjects(in: db)
              if let staged, !garbage.contains(staged.hash) {
                isPlaced = try self.place(staged)
              }
              let changes = db.totalChangesCount > before ? try Self.countChange(in: db) : nil
              outcome = (result, garbage, changes)
              return .commit
            }
          }
        } catch {
          if let staged, isPlaced { self.takeBack(staged, in: db) }
          throw error
        }
        guard let outcome else { preconditionFailure("a transaction committed without a result") }
        self.committed(outcome.changes, garbage: outcome.garbage)
        return outcome.result
      }
    } catch let error as DatabaseError {
      throw StoreError(error, in: files.folder)
    }
  }

  /// What is done after a commit, still with the writer held; a failure is nothing its caller could
  /// mend.
  private func committed(_ changes: Int64?, garbage: [ObjectHash]) {
    if let changes {
      do { try identity?.saw(changes: changes) } catch { report(.cleanUpFailed("\(error)")) }
    }
    for hash in garbage {
      do { try files.remove(hash) } catch { report(.cleanUpFailed("\(error)")) }
    }
  }

  private static func insertObject(_ staged: StagedObject, in db: Database) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO object (hash, bytes) VALUES (?, ?)
        ON CONFLICT (hash) DO UPDATE SET damaged = 0 WHERE damaged = 1
        """
    ).execute(arguments: [staged.hash.hex, Int64(staged.bytes)])
  }

  private static func countChange(in db: Database) throws -> Int64 {
    let changes = try Int64.fetchOne(
      db.cachedStatement(sql: "UPDATE store SET changes = changes + 1 RETURNING changes"))
    guard let changes else { throw StoreError.database("the table 'store' is empty") }
    return changes
  }

  /// Puts an object's file in its place, over one that stands there: that may be damaged, or a crash
  /// may have left it before its folder was synchronized.
  ///
  /// - Returns: whether there was none.
  private func place(_ staged: StagedObject) throws -> Bool {
    let isNew = !SystemCalls.exists(files.path(of: staged.hash))
    // A transaction that is tried again may have put it there, and failed before its name was safe.
    if !isNew, !SystemCalls.exists(staged.file.path) {
      try SystemCalls.synchronizeFolder(files.innerFolder(of: staged.hash))
      return false
    }
    try files.adopt(staged)
    return isNew
  }

  /// Takes a file that was not there before a transaction that failed back to where it was staged:
  /// the transaction may be tried again, and otherwise the file goes with the staged object.
  private func takeBack(_ staged: StagedObject, in db: Database) {
    do {
      if try !Self.hasRow(staged.hash, in: db) { try files.takeBack(staged) }
    } catch {
      report(.cleanUpFailed("\(error)"))
    }
  }
}

extension FolderIdentity {
  /// What the database says of itself.
  init(in db: Database) throws {
    guard let row = try Row.fetchOne(db, sql: "SELECT id, changes FROM store") else {
      throw StoreError.database("the table 'store' is empty")
    }
    self.init(id: row["id"], changes: row["changes"])
  }
}
