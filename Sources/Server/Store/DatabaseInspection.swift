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
      return try look(at: path, readOnly: true)
    } catch let error as DatabaseError {
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_CONSTRAINT:
        throw StoreError.refused(.damaged(database: path, finding: error.message ?? "\(error)"))
      default: throw StoreError(error, in: path)
      }
    }
  }

  private static func look(at path: String, readOnly: Bool) throws -> DatabaseInspection {
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.label = "diyml.inspection"
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let finding = try queue.read { try look(at: $0, path) }
      try queue.close()
      return finding
    } catch let error as DatabaseError
      where readOnly && error.extendedResultCode == .SQLITE_READONLY_ROLLBACK
    {
      // The power was lost while a new database changed to its journal of today, and what it was
      // before has to be put back first.
      return try look(at: path, readOnly: false)
    }
  }

  /// Of databases whose rows are held against each other too.
  ///
  /// That finds pages that stand in the place of others, and takes a second for so much. Larger ones
  /// are left to `diymld verify`.
  private static let comparedBytesMax: UInt64 = 64 << 20

  /// Reads every page.
  private static func requireSound(_ db: Database, _ path: String) throws {
    let isCompared = try SystemCalls.length(of: path) ?? 0 <= comparedBytesMax
    var findings = try String.fetchAll(
      db, sql: isCompared ? "PRAGMA integrity_check(3)" : "PRAGMA quick_check(3)")
    if findings == ["ok"] { findings = [] }
    if isCompared, findings.isEmpty,
      let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check")
    {
      let table: String? = row["table"]
      findings = ["rows of table \(table ?? "?") refer to others that are not there"]
    }
    guard findings.isEmpty else {
      throw StoreError.refused(
        .damaged(database: path, finding: findings.joined(separator: "; ")))
    }
  }

  /// Holds the texts of tables, indexes and triggers against those that the migrations make: a bit of
  /// one that has changed is nothing that SQLite looks for.
  private static func requireSchema(_ db: Database, _ path: String) throws {
    let queue = try DatabaseQueue(configuration: DataStore.configuration())
    try Migrations.migrator.migrate(queue)
    let expected = try queue.read(schema)
    let found = try schema(db)
    guard found == expected else {
      let names = found.symmetricDifference(expected).map { $0[1] ?? "?" }
      throw StoreError.refused(
        .damaged(
          database: path,
          finding: "\(Set(names).sorted().joined(separator: ", ")) is not as this version makes it")
      )
    }
  }

  @Sendable private static func schema(_ db: Database) throws -> Set<[String?]> {
    let rows = try Row.fetchAll(
      db,
      sql: "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    return Set(rows.map { [$0[0], $0[1], $0[2]] })
  }

  private static func look(at db: Database, _ path: String) throws -> DatabaseInspection {
    try requireSound(db, path)
    guard try db.tableExists("grdb_migrations") else {
      let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
      guard tables == 0 else { throw StoreError.refused(.foreign(database: path)) }
      return .empty
    }
    let steps = try Optional<String>.fetchAll(
      db, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier"
    ).map { $0 ?? "" }
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
    if version == known.count { try requireSchema(db, path) }
    guard let row = try Row.fetchOne(db, sql: "SELECT id, changes FROM store"),
      let id = row["id"] as String?, let changes = row["changes"] as Int64?
    else {
      throw StoreError.refused(
        .damaged(database: path, finding: "it does not say which store it is"))
    }
    return .store(version: version, id: id, changes: changes)
  }
}
