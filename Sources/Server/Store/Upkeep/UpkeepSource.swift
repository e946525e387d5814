internal import Cryptography
internal import GRDB

/// The store that a piece of work is about: that of a running server, or a stopped one.
struct UpkeepSource: Sendable {
  let files: ObjectFiles
  let database: any DatabaseReader
  /// What repairs go through; nothing if the folder is only read.
  let writer: (any DatabaseWriter)?
}

/// A row of an object.
struct ObjectEntry: Sendable, Equatable {
  let hash: ObjectHash
  let bytes: UInt64
}

extension ObjectEntry {
  /// All objects whose files lie in one of the 256 outer folders, ordered by their hashes.
  static func fetch(inOuterFolder byte: UInt8, _ db: Database) throws -> [ObjectEntry] {
    let prefix = lowerHex([byte])
    return try Row.fetchAll(
      db.cachedStatement(
        sql: "SELECT hash, bytes FROM object WHERE hash >= ? AND hash < ? ORDER BY hash"),
      // Hashes are hexadecimal, so none comes between the last of the prefix and this.
      arguments: [prefix, prefix + "g"]
    ).map {
      ObjectEntry(hash: ObjectHash(column: $0["hash"]), bytes: UInt64($0["bytes"] as Int64))
    }
  }

  /// How many objects there are, and how many bytes they have together.
  static func total(_ db: Database) throws -> (objects: UInt64, bytes: UInt64) {
    let row = try Row.fetchOne(
      db, sql: "SELECT count(*) AS objects, coalesce(sum(bytes), 0) AS bytes FROM object")
    guard let row else { return (0, 0) }
    return (UInt64(row["objects"] as Int64), UInt64(row["bytes"] as Int64))
  }
}

/// How many of what a store has.
struct StoreCounts: Sendable, Equatable, Codable {
  var accounts: UInt64 = 0
  var projects: UInt64 = 0
  var images: UInt64 = 0
  var trainings: UInt64 = 0
  var models: UInt64 = 0
  var objects: UInt64 = 0
  var objectBytes: UInt64 = 0
}

extension StoreCounts {
  init(_ db: Database) throws {
    func count(_ table: String, _ condition: String = "") throws -> UInt64 {
      UInt64(try Int64.fetchOne(db, sql: "SELECT count(*) FROM \(table) \(condition)") ?? 0)
    }
    // Since version 4 there are rows that are just being removed.
    let knowsRemoval = try db.columns(in: "account").contains { $0.name == "removed" }
    let living = knowsRemoval ? "WHERE account IN (SELECT id FROM account WHERE removed = 0)" : ""
    accounts = try count("account", knowsRemoval ? "WHERE removed = 0" : "")
    projects = try count("project", living)
    images = UInt64(
      try Int64.fetchOne(
        db, sql: "SELECT coalesce(sum(data_point_count), 0) FROM project \(living)") ?? 0)
    trainings = try count("training")
    models = try count("model")
    (objects, objectBytes) = try ObjectEntry.total(db)
  }
}

extension FolderIdentity {
  /// What the database says of itself; nothing in one of before version 4.
  static func found(in db: Database) throws -> FolderIdentity? {
    try db.tableExists("store") ? FolderIdentity(in: db) : nil
  }
}
