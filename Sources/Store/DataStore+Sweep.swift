internal import GRDB

extension DataStore {
  /// Removes object files that no row refers to, as a crash or a failed clean-up leaves them.
  ///
  /// Safe while serving: each file is judged and removed with the writer held.
  ///
  /// - Returns: how many files went.
  @discardableResult
  package func removeUnreferencedObjects() async throws -> Int {
    var removed = 0
    for byte in UInt8.min...UInt8.max {
      for hash in try files.hashes(inOuterFolder: byte) {
        try Task.checkCancellation()
        if try await hasRow(hash) { continue }
        let files = self.files
        // Between the look above and now a row may have come: look again, with the writer held.
        removed += try await transaction { db in
          guard try !Self.hasRow(hash, in: db) else { return 0 }
          try files.remove(hash)
          return 1
        }
      }
    }
    return removed
  }

  /// Forgets expired tokens, and the answers to inferences whose time is up.
  package func removeExpired(at now: Timestamp) async throws {
    try await transaction { db in
      for table in ["token", "inference"] {
        try db.execute(
          sql: "DELETE FROM \(table) WHERE expire_time <= ?", arguments: [now.unixMilliseconds])
      }
    }
  }

  /// Opens a stored object.
  ///
  /// - Throws: `.notFound(.object)`.
  package func openObject(_ hash: ObjectHash) async throws -> ObjectReader {
    guard try await hasRow(hash) else { throw StoreError.notFound(.object, hash.hex) }
    return try ObjectReader(path: files.path(of: hash))
  }

  private func hasRow(_ hash: ObjectHash) async throws -> Bool {
    try await read { try Self.hasRow(hash, in: $0) }
  }

  static func hasRow(_ hash: ObjectHash, in db: Database) throws -> Bool {
    try Row.fetchOne(
      db.cachedStatement(sql: "SELECT 1 FROM object WHERE hash = ?"), arguments: [hash.hex]) != nil
  }
}
