/// Why a data folder is not opened: what it holds does not fit together, and to go on could lose
/// what people have put into it.
///
/// Nothing in the folder has been changed when one of these is thrown.
package enum StoreRefusal: Error, Equatable, Sendable {
  /// There is no database, or an empty one, in a folder that has been a store before.
  case databaseMissing(database: String, store: String?, objects: String)
  /// The database and the folder name different stores.
  case otherStore(database: String, databaseStore: String, folder: String, folderStore: String)
  /// The database is from before what the folder has seen.
  case older(database: String, changes: Int64, folder: String, seen: Int64)
  /// SQLite finds the database damaged.
  case damaged(database: String, finding: String)
  /// The database is not a DIYML store.
  case foreign(database: String)
  /// A newer server has changed the database.
  case newer(database: String, version: Int, known: Int)
  /// The file that says whose the folder is says nothing.
  case identityUnreadable(file: String)
  /// The database could not be brought to this server's version; it is as it was.
  case migrationFailed(database: String, from: Int, to: Int, reason: String, backup: String)
}

extension StoreRefusal: CustomStringConvertible {
  package var description: String {
    switch self {
    case .databaseMissing(let database, let store, let objects):
      let owner = store.map { "the folder belongs to store \($0) and" } ?? "the folder"
      return "the database '\(database)' is missing or empty, but \(owner) has been used: see "
        + "'\(objects)'. \(Self.unchanged) Put the database back, or \(Self.restore), or begin a "
        + "new store in this folder with --new-store, which moves what it does not know to the trash"
    case .otherStore(let database, let databaseStore, let folder, let folderStore):
      return "the database '\(database)' is of store \(databaseStore), but the folder '\(folder)' "
        + "belongs to store \(folderStore). \(Self.unchanged) \(Self.waysOut)"
    case .older(let database, let changes, let folder, let seen):
      return "the database '\(database)' is an older copy: it ends at change \(changes), and the "
        + "folder '\(folder)' has seen change \(seen). \(Self.unchanged) \(Self.waysOut)"
    case .damaged(let database, let finding):
      return "the database '\(database)' is damaged: \(finding). \(Self.unchanged) "
        + "Look at the whole of it with `diymld verify`, and \(Self.restore)"
    case .foreign(let database):
      return "'\(database)' is a database, but not a DIYML store. \(Self.unchanged)"
    case .newer(let database, let version, let known):
      return "the database '\(database)' is of version \(version), and this server knows versions "
        + "up to \(known). \(Self.unchanged) Use the newer server"
    case .identityUnreadable(let file):
      return "'\(file)' should say which store this folder belongs to and cannot be read. "
        + "\(Self.unchanged) If the database beside it is the right one, remove that file; "
        + "otherwise \(Self.restore)"
    case .migrationFailed(let database, let from, let to, let reason, let backup):
      return "the database '\(database)' could not be brought from version \(from) to \(to): "
        + "\(reason). It is as it was, and a copy is at '\(backup)'"
    }
  }

  private static let unchanged = "Nothing was changed."
  private static let restore = "restore a backup with `diymld restore BACKUP FOLDER`"
  private static let waysOut =
    "Put the right database back, or look with `diymld verify`, or \(restore), or take this "
    + "database as it is with --new-store, which moves what it does not know to the trash"
}
