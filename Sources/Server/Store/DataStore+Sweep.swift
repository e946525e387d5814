internal import GRDB

extension DataStore {
  /// Moves to the trash what a crash may have left: object files whose rows were never committed, or
  /// are gone.
  ///
  /// Only folders that have changed since the store was opened before are looked at; nothing is
  /// after a clean stop.
  ///
  /// - Returns: how many files were moved.
  @discardableResult
  package func sweepAfterCrash(at now: Timestamp) async throws -> Int {
    guard let crashTime else { return 0 }
    // File systems keep times of changes less exactly than they show them.
    let since = crashTime - 2_000_000_000
    var moved = 0
    for byte in UInt8.min...UInt8.max {
      moved += try await trashUnreferenced(inOuterFolder: byte, changedSince: since, at: now)
    }
    try SystemCalls.touch(files.openedPath)
    return moved
  }

  /// Moves to the trash every object file that no row refers to, wherever it comes from.
  ///
  /// - Returns: how many files were moved.
  @discardableResult
  package func trashUnreferencedObjects(at now: Timestamp) async throws -> Int {
    var moved = 0
    for byte in UInt8.min...UInt8.max {
      moved += try await trashUnreferenced(inOuterFolder: byte, at: now)
    }
    return moved
  }

  /// Safe while serving: each file is judged and moved with the writer held.
  func trashUnreferenced(
    inOuterFolder byte: UInt8, changedSince time: Int64? = nil, at now: Timestamp
  ) async throws -> Int {
    let files = self.files
    var moved = 0
    for hash in try files.hashes(inOuterFolder: byte, changedSince: time) {
      try Task.checkCancellation()
      if try await hasRow(hash) { continue }
      // Between the look above and now a row may have come: look again, with the writer held.
      moved += try await transaction(.essential) { db in
        guard try !Self.hasRow(hash, in: db) else { return 0 }
        return try files.moveToTrash(hash, on: now.day) ? 1 : 0
      }
    }
    if moved > 0 { report(.trashed(moved)) }
    return moved
  }

  private func hasRow(_ hash: ObjectHash) async throws -> Bool {
    try await read { try Self.hasRow(hash, in: $0) }
  }

  static func hasRow(_ hash: ObjectHash, in db: Database) throws -> Bool {
    try Row.fetchOne(
      db.cachedStatement(sql: "SELECT 1 FROM object WHERE hash = ?"), arguments: [hash.hex]) != nil
  }
}
