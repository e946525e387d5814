internal import GRDB

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
  private let lock: FolderLock
  private let reportCleanupFailure: @Sendable (any Error) -> Void

  /// Opens a data folder, making what is missing, and puts right what a crash left behind: cut-off
  /// uploads go, and trainings that ran are failed.
  ///
  /// Unreferenced objects are left to `removeUnreferencedObjects()`, which may take longer than a
  /// server wants to wait.
  ///
  /// `reportCleanupFailure` hears of files that should be gone and could not be removed; the next
  /// `removeUnreferencedObjects()` tries again.
  ///
  /// - Throws: `.folderInUse` when another server has the folder open.
  package static func open(
    folder: String, limits: StoreLimits = StoreLimits(), at now: Timestamp,
    reportCleanupFailure: @escaping @Sendable (any Error) -> Void = { _ in }
  ) throws -> DataStore {
    let files = ObjectFiles(folder: folder)
    try files.makeFolders()
    let lock = try FolderLock(folder: folder)
    return try translatingDatabaseErrors {
      // Made here with mode 0600, which SQLite gives to the files beside it too: the folder may be
      // one that others can enter.
      try SystemCalls.makeFile(folder + "/diyml.sqlite")
      let pool = try DatabasePool(path: folder + "/diyml.sqlite", configuration: configuration())
      // GRDB sets NORMAL with WAL, which would lose the last commits with the power.
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      return try DataStore(
        database: pool, files: files, lock: lock, limits: limits, at: now,
        reportCleanupFailure: reportCleanupFailure)
    }
  }

  /// A store for tests: rows in memory, objects in `folder`.
  package static func inMemory(
    objectsIn folder: String, limits: StoreLimits = StoreLimits(), at now: Timestamp
  ) throws -> DataStore {
    let files = ObjectFiles(folder: folder)
    try files.makeFolders()
    let lock = try FolderLock(folder: folder)
    return try translatingDatabaseErrors {
      let queue = try DatabaseQueue(configuration: configuration())
      return try DataStore(
        database: queue, files: files, lock: lock, limits: limits, at: now,
        reportCleanupFailure: { _ in })
    }
  }

  private init(
    database: any DatabaseWriter, files: ObjectFiles, lock: FolderLock, limits: StoreLimits,
    at now: Timestamp, reportCleanupFailure: @escaping @Sendable (any Error) -> Void
  ) throws {
    self.reportCleanupFailure = reportCleanupFailure
    self.database = database
    self.files = files
    self.lock = lock
    self.limits = limits
    try files.emptyStaging()
    try Migrations.migrator.migrate(database)
    try database.write { db in
      try Self.failInterruptedTrainings(in: db, at: now)
      try Self.removeExpiredAnswers(in: db, at: now)
    }
  }

  /// Closes the database and frees the folder for others; nothing may be called afterwards.
  package func close() throws {
    try Self.translatingDatabaseErrors { try database.close() }
    lock.release()
  }

  private static func configuration() -> Configuration {
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
    do {
      return try await database.read(body)
    } catch let error as DatabaseError {
      throw StoreError(error)
    }
  }

  /// Writes in one transaction; objects that lose their last reference in it go with it.
  ///
  /// `staged` is an object that `body` makes a row refer to. Its bytes are made safe first, and its
  /// file is put in place right before the commit, unless the store has the object.
  ///
  /// Files are moved and removed while the writer is held. So a file is never removed for a row
  /// that went while another row comes that needs it.
  func transaction<T: Sendable>(
    adopting staged: StagedObject? = nil, _ body: @escaping @Sendable (Database) throws -> T
  ) async throws -> T {
    let files = self.files
    let reportCleanupFailure = self.reportCleanupFailure
    try await staged?.synchronize()
    do {
      return try await database.writeWithoutTransaction { db in
        var outcome: (result: T, garbage: [ObjectHash])?
        do {
          try db.inTransaction(.immediate) {
            let isNew = try staged.map { try Self.insertObject($0, in: db) } ?? false
            let result = try body(db)
            let garbage = try Self.removeUnreferencedRows(in: db)
            if let staged, !garbage.contains(staged.hash) {
              try Self.place(staged, isNew: isNew, in: files)
            }
            outcome = (result, garbage)
            return .commit
          }
        } catch {
          if let staged {
            do {
              try Self.removeFileWithoutRow(staged.hash, in: db, files)
            } catch {
              reportCleanupFailure(error)
            }
          }
          throw error
        }
        guard let outcome else { preconditionFailure("a transaction committed without a result") }
        for hash in outcome.garbage {
          do { try files.remove(hash) } catch { reportCleanupFailure(error) }
        }
        return outcome.result
      }
    } catch let error as DatabaseError {
      throw StoreError(error)
    }
  }

  /// - Returns: whether the store did not have the object.
  private static func insertObject(_ staged: StagedObject, in db: Database) throws -> Bool {
    try db.execute(
      sql: "INSERT INTO object (hash, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING",
      arguments: [staged.hash.hex, Int64(staged.bytes)])
    return db.changesCount > 0
  }

  /// A new object's file is moved even onto a file that stands there: a crash may have left that
  /// one before its folder was synchronized.
  ///
  /// A known object's file is put back if it is missing.
  private static func place(_ staged: StagedObject, isNew: Bool, in files: ObjectFiles) throws {
    if isNew || !SystemCalls.exists(files.path(of: staged.hash)) { try files.adopt(staged) }
  }

  /// Forgets the objects that no row refers to; their files go after the commit.
  private static func removeUnreferencedRows(in db: Database) throws -> [ObjectHash] {
    try String.fetchAll(
      db, sql: "DELETE FROM object WHERE reference_count = 0 RETURNING hash"
    ).map(ObjectHash.init(column:))
  }

  /// Takes back a file whose row did not make it.
  static func removeFileWithoutRow(
    _ hash: ObjectHash, in db: Database, _ files: ObjectFiles
  ) throws {
    if try !hasRow(hash, in: db) { try files.remove(hash) }
  }

  private static func translatingDatabaseErrors<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw StoreError(error)
    }
  }
}
