internal import GRDB

/// A folder that is or becomes a backup, held so that no server can start there.
final class BackupTarget {
  let files: ObjectFiles
  private let lock: FolderLock
  private var manifest: BackupManifest

  /// What may lie in a folder that counts as empty: what file systems put there, and what a backup
  /// makes before its manifest.
  private static let ignored: Set = ["lost+found", "lock", "manifest.json.new"]

  /// - Throws: `UpkeepError` if the folder is not to be written to; then nothing in it was changed.
  init(folder: String, of store: String, in source: String) throws {
    try Self.checkApart(folder, source)
    _ = try Self.manifest(in: folder, of: store)
    files = ObjectFiles(folder: folder)
    try SystemCalls.makeFolder(folder)
    lock = try FolderLock(folder: folder)
    // With the folder held, nobody changes it after this look.
    let found = try Self.manifest(in: folder, of: store)
    manifest = found ?? BackupManifest(store: store)
    if let found {
      manifest.database = try found.copy(in: folder)
      manifest.coming = nil
    }
    try manifest.write(in: folder)
    try files.makeFolders()
    try files.emptyStaging()
  }

  /// Neither folder may lie in the other.
  static func checkApart(_ target: String, _ source: String) throws {
    let target = try SystemCalls.resolved(target)
    let source = try SystemCalls.resolved(source)
    if (target + "/").hasPrefix(source + "/") { throw UpkeepError.inside(target, of: source) }
    if (source + "/").hasPrefix(target + "/") { throw UpkeepError.inside(source, of: target) }
  }

  private static func manifest(in folder: String, of store: String) throws -> BackupManifest? {
    guard let manifest = try BackupManifest.read(in: folder) else {
      guard try isEmpty(folder) else { throw UpkeepError.notABackup(folder) }
      return nil
    }
    guard manifest.store == store else {
      throw UpkeepError.otherStore(folder, theirs: manifest.store, ours: store)
    }
    return manifest
  }

  static func isEmpty(_ folder: String) throws -> Bool {
    try SystemCalls.names(in: folder).allSatisfy(ignored.contains)
  }

  var stagedDatabase: String { files.stagingFolder + "/diyml.sqlite" }

  /// Puts the staged database in place; everything it refers to is safe on the disk already.
  ///
  /// Whenever the power goes, the folder holds the database of before or this one, and the manifest
  /// knows the one it holds.
  func replaceDatabase(with copy: BackupManifest.Copy) throws {
    manifest.coming = copy
    try manifest.write(in: files.folder)
    for suffix in ["-wal", "-shm"] { try SystemCalls.removeFile(files.databasePath + suffix) }
    try SystemCalls.renameFile(stagedDatabase, to: files.databasePath)
    try SystemCalls.synchronizeFolder(files.folder)
    // Only now: a folder that has seen more changes than its database would be refused as too old.
    if !manifest.store.isEmpty {
      try FolderIdentityFile.write(
        FolderIdentity(id: manifest.store, changes: copy.changes), in: files.folder)
    }
    manifest.database = copy
    manifest.coming = nil
    try manifest.write(in: files.folder)
  }
}
