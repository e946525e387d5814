internal import Cryptography
internal import GRDB

extension DataStore {
  /// The folders of objects, which the scrub takes one at a time.
  package static let scrubFolders = 256

  /// Reads one folder's objects and holds them against their names, if its time has come, and moves
  /// files that no row refers to to the trash.
  ///
  /// A whole pass takes `days`. `pause` is told how many bytes were read and waits as long as they
  /// should have taken. Damage is reported and remembered.
  ///
  /// - Returns: when the next folder's time comes.
  package func scrub(
    everyDays days: Int, at now: Timestamp, pause: (UInt64) async throws -> Void
  ) async throws -> Timestamp {
    let interval = Duration.seconds(86_400 * Int64(days)) / Self.scrubFolders
    let (folder, due) = try await read { db in
      guard let row = try Row.fetchOne(db, sql: "SELECT scrub_folder, scrub_time FROM store") else {
        throw StoreError.database("the table 'store' is empty")
      }
      return (UInt8(row["scrub_folder"] as Int64), row["scrub_time"] as Int64)
    }
    // A time further away than one step was noted by a clock that was wrong, or by other settings.
    let latest = now + interval
    guard due != 0, due <= latest.unixMilliseconds else {
      try await plan(folder: folder, at: latest)
      return latest
    }
    guard due <= now.unixMilliseconds else { return Timestamp(unixMilliseconds: due) }
    try await checkObjects(inOuterFolder: folder, pause)
    _ = try await trashUnreferenced(inOuterFolder: folder, at: now)
    try await plan(folder: folder &+ 1, at: latest)
    return latest
  }

  private func plan(folder: UInt8, at time: Timestamp) async throws {
    try await transaction(.essential) { db in
      try db.execute(
        sql: "UPDATE store SET scrub_folder = ?, scrub_time = ?",
        arguments: [Int64(folder), time.unixMilliseconds])
    }
  }

  private func checkObjects(
    inOuterFolder folder: UInt8, _ pause: (UInt64) async throws -> Void
  ) async throws {
    let prefix = lowerHex([folder])
    var last = prefix
    while true {
      let after = last
      let hashes = try await read { db in
        // "g" sorts right behind every hexadecimal digit.
        try String.fetchAll(
          db.cachedStatement(
            sql: "SELECT hash FROM object WHERE hash > ? AND hash < ? ORDER BY hash LIMIT 100"),
          arguments: [after, prefix + "g"])
      }
      guard let end = hashes.last else { return }
      last = end
      for hash in hashes.map(ObjectHash.init(column:)) {
        do {
          try await pause(verifyObject(hash, fromDisk: true))
        } catch StoreError.damaged {
          // It has been reported.
        } catch StoreError.notFound {
          // Deleted meanwhile.
        }
      }
    }
  }
}
