internal import GRDB

/// What a database file holds, found out without changing it.
enum DatabaseInspection: Equatable {
  /// No file, or one without a table.
  case empty
  /// A store of the version, which has an id since version 4.
  case store(version: Int, id: String?, changes: Int64)

  /// Looks at a file, whole: every page of it is read.
  ///
  /// - Throws: `.refused` when it is damaged, no store, or of a version this server does not know.
  static func of(database path: String) throws -> DatabaseInspection {
    guard let bytes = try SystemCalls.length(of: path), bytes > 0 else {
      // SQLite would throw away a journal beside an empty database.
      let journal = path + "-wal"
      guard let journalBytes = try SystemCalls.length(of: journal), journalBytes > 0 else {
        return .empty
      }
      throw StoreError.refused(
        .damaged(
          database: path,
          finding: "it is empty, and '\(journal)' beside it has \(journalBytes) bytes"))
    }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.label = "diyml.inspection"
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let finding = try queue.read { try look(at: $0, path) }
      try queue.close()
      return finding
    } catch let error as DatabaseError {
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_CONSTRAINT:
        throw StoreError.refused(.damaged(database: path, finding: error.message ?? "\(error)"))
      default: throw StoreError(error)
      }
    }
  }

  private static func look(at db: Database, _ path: String) throws -> DatabaseInspection {
    let findings = try String.fetchAll(db, sql: "PRAGMA quick_check(3)")
    guard findings == ["ok"] else {
      throw StoreError.refused(
        .damaged(database: path, finding: findings.joined(separator: "; ")))
    }
    guard try db.tableExists("grdb_migrations") else {
      let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
      guard tables == 0 else { throw StoreError.refused(.foreign(database: path)) }
      return .empty
    }
    let steps = try String.fetchAll(
      db, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier")
    let known = Migrations.migrator.migrations
    let version = steps.map { Int($0.prefix(3)) ?? 0 }.max() ?? 0
    guard steps.allSatisfy(known.contains) else {
      throw StoreError.refused(
        version > known.count
          ? .newer(database: path, version: version, known: known.count)
          : .foreign(database: path))
    }
    guard version >= Migrations.firstVersionWithID else {
      return version == 0 ? .empty : .store(version: version, id: nil, changes: 0)
    }
    guard let row = try Row.fetchOne(db, sql: "SELECT id, changes FROM store") else {
      throw StoreError.refused(
        .damaged(database: path, finding: "it does not say which store it is"))
    }
    return .store(version: version, id: row["id"], changes: row["changes"])
  }
}
