internal import Foundation
internal import GRDB

/// How a data folder is opened: looked at first, refused while nothing has been changed, brought to
/// this server's version, and only then used.
struct StoreOpening {
  let files: ObjectFiles
  let now: Timestamp
  /// Whether the database that is there, or a new one, is to be taken whatever the folder has seen.
  let isNewStore: Bool

  private var database: String { files.databasePath }

  /// Judges the folder and makes its database ready to be opened.
  ///
  /// - Throws: `.refused`.
  func prepare() throws {
    let identity = try readIdentity()
    switch try DatabaseInspection.of(database: database) {
    case .empty:
      try requireUnused(identity)
      // With mode 0600, which SQLite gives to the files beside it too: the folder may be one that
      // others can enter.
      try SystemCalls.makeFile(database)
    case .store(let version, let id, let changes):
      try requireFit(id: id, changes: changes, identity)
      if version < Migrations.version { try migrate(from: version) }
    }
  }

  private func readIdentity() throws -> FolderIdentity? {
    do {
      return try FolderIdentityFile.read(in: files.folder)
    } catch StoreError.refused(.identityUnreadable) where isNewStore {
      return nil
    }
  }

  private func requireUnused(_ identity: FolderIdentity?) throws {
    guard !isNewStore else { return }
    // The last is there when a folder's first backup was cut off.
    let evidence: String
    if try files.holdAnything() {
      evidence = files.objectsFolder
    } else if identity != nil {
      evidence = FolderIdentityFile.path(in: files.folder)
    } else if SystemCalls.exists(files.manifestPath) {
      evidence = files.manifestPath
    } else {
      return
    }
    throw StoreError.refused(
      .databaseMissing(database: database, store: identity?.id, objects: evidence))
  }

  private func requireFit(id: String?, changes: Int64, _ identity: FolderIdentity?) throws {
    guard !isNewStore, let identity else { return }
    guard let id else {
      // From before stores had an id, in a folder that has been used since.
      throw StoreError.refused(
        .older(
          database: database, changes: changes, folder: files.folder, seen: identity.changes))
    }
    guard id == identity.id else {
      throw StoreError.refused(
        .otherStore(
          database: database, databaseStore: id, folder: files.folder, folderStore: identity.id))
    }
    guard changes >= identity.changes else {
      throw StoreError.refused(
        .older(
          database: database, changes: changes, folder: files.folder, seen: identity.changes))
    }
  }

  /// Keeps a copy of an older database, migrates another, and puts that in the place of the old one.
  ///
  /// - Throws: `.refused(.migrationFailed)`; the old file is as it was.
  private func migrate(from version: Int) throws {
    let stamp = now.dateTime.filter { $0 != ":" }
    let backup = "\(files.backupsFolder)/diyml-version-\(version)-\(stamp).sqlite"
    let working = database + ".migrating"
    try SystemCalls.makeFolder(files.backupsFolder)
    do {
      try removeWorkingCopy(working)
      try copyDatabase(to: backup)
      try copyDatabase(to: working)
      let queue = try DatabaseQueue(path: working, configuration: DataStore.configuration())
      try Migrations.migrator.migrate(queue)
      // Closing would do this too, and not say that it failed.
      try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      try queue.close()
      try requireNoJournal(of: working)
      try SystemCalls.synchronizeFile(working)
      try emptyJournal()
      try SystemCalls.renameFile(working, to: database)
      try SystemCalls.synchronizeFolder(files.folder)
    } catch {
      try removeWorkingCopy(working)
      throw StoreError.refused(
        .migrationFailed(
          database: database, from: version, to: Migrations.version, reason: "\(error)",
          backup: backup))
    }
  }

  private func copyDatabase(to target: String) throws {
    try SystemCalls.makeFile(target)
    let source = try DatabaseQueue(path: database, configuration: DataStore.configuration())
    let copy = try DatabaseQueue(path: target)
    try source.backup(to: copy)
    try copy.close()
    try source.close()
    try SystemCalls.synchronizeFile(target)
    try SystemCalls.synchronizeFolder(files.backupsFolder)
  }

  /// Moves what the journal of the old database holds into it: beside the new one it would be read
  /// as part of that.
  private func emptyJournal() throws {
    let queue = try DatabaseQueue(path: database, configuration: DataStore.configuration())
    try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    try queue.close()
    try requireNoJournal(of: database)
    try SystemCalls.removeFile(database + "-wal")
    try SystemCalls.removeFile(database + "-shm")
    // Nor may the power bring it back once the new one is there.
    try SystemCalls.synchronizeFolder(files.folder)
  }

  private func requireNoJournal(of path: String) throws(StoreError) {
    guard let bytes = try SystemCalls.length(of: path + "-wal"), bytes > 0 else { return }
    throw .database("'\(path)-wal' still holds \(bytes) bytes")
  }

  private func removeWorkingCopy(_ path: String) throws(StoreError) {
    for suffix in ["", "-wal", "-shm", "-journal"] { try SystemCalls.removeFile(path + suffix) }
  }
}
