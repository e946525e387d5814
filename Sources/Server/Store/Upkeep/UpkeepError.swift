/// Why a folder is not taken for a backup, a restore or a look at its store.
package enum UpkeepError: Error, Equatable, Sendable {
  /// There is no store in the folder.
  case noStore(String)
  /// The target holds something that no backup has written.
  case notABackup(String)
  /// The target is a backup of the store `theirs`.
  case otherStore(String, theirs: String, ours: String)
  /// The backup's database is not as the backup has left it.
  case changedSince(String)
  /// One of the two folders lies in the other.
  case inside(String, of: String)
  /// A store is restored into an empty folder only.
  case notEmpty(String)
  /// The manifest is not one, or of a version unknown here.
  case badManifest(String, reason: String)
  /// What was to be restored is damaged.
  case damagedSource(String, faults: UInt64)
  /// A step of SQLite on this file failed.
  case database(String, reason: String)
}

extension UpkeepError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noStore(let path): "there is no store in '\(path)': it has no diyml.sqlite"
    case .notABackup(let path):
      "'\(path)' is neither empty nor a backup; name a new folder"
    case .otherStore(let path, let theirs, let ours):
      "'\(path)' is a backup of the store \(theirs), not of \(ours); name another folder"
    case .changedSince(let path):
      "the database in '\(path)' was changed since the backup was made, as by a server that was"
        + " started there; name another folder"
    case .inside(let path, let outer): "'\(path)' lies in '\(outer)'; name a folder outside"
    case .notEmpty(let path):
      "'\(path)' is not empty; a store is restored into an empty folder only"
    case .badManifest(let path, let reason): "'\(path)' cannot be used: \(reason)"
    case .damagedSource(let path, let faults):
      "\(faults) \(faults == 1 ? "fault" : "faults") in '\(path)', so nothing was restored; with"
        + " --despite-faults everything else is restored"
    case .database(let path, let reason): "the database '\(path)' cannot be used: \(reason)"
    }
  }
}
