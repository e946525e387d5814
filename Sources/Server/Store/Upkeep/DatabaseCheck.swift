internal import API
internal import GRDB

/// What SQLite and sums over the tables say of a database.
enum DatabaseCheck {
  /// Contradictions that are listed; a database with more is beyond reading through.
  private static let findingsMax = 100

  /// Contradictions that SQLite finds in the file: none in a sound one.
  static func findings(in db: Database) throws -> [String] {
    try String.fetchAll(db, sql: "PRAGMA integrity_check(\(findingsMax))").filter { $0 != "ok" }
  }

  /// Rows that refer to others that are not there.
  static func danglingReferences(in db: Database) throws -> [String] {
    try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(findingsMax).map { row in
      let number = (row["rowid"] as Int64?).map { "row \($0)" } ?? "a row"
      return "\(number) of table \(row["table"] as String) refers to a row that is not in "
        + "\(row["parent"] as String)"
    }
  }
}

/// A number that is kept beside the rows it counts.
struct KeptCounter: Sendable {
  let table: String
  let column: String
  /// Counts anew, for the row of `table`; may name a table of `prelude`.
  let count: String
  /// What people call the row: an expression over it.
  let name: String
  /// The number of its project, as an expression; NULL if it has none.
  let project: String
  /// What the counting needs to be worked out once.
  let prelude: String

  static let all = [
    KeptCounter(
      table: "project", column: "data_point_count",
      count: "SELECT count(*) FROM data_point WHERE project = project.id"),
    KeptCounter(
      table: "project", column: "labeled_count",
      count: "SELECT count(*) FROM data_point WHERE project = project.id AND labeled = 1"),
    KeptCounter(
      table: "project", column: "box_count",
      count: "SELECT count(*) FROM box WHERE project = project.id"),
    KeptCounter(
      table: "project", column: "byte_count",
      count: """
        SELECT coalesce(sum(bytes), 0) FROM data_point JOIN object ON object.hash = data_point.object
        WHERE data_point.project = project.id
        """),
    KeptCounter(
      table: "class", column: "image_count", name: "'class ' || name", project: "project",
      count: """
        SELECT (SELECT count(*) FROM data_point
            WHERE data_point.project = class.project AND data_point.class = class.id)
          + (SELECT count(DISTINCT data_point) FROM box
            WHERE box.project = class.project AND box.class = class.id)
        """),
    KeptCounter(
      table: "object", column: "reference_count", name: "hash", project: "NULL",
      count: """
        SELECT (SELECT count(*) FROM data_point WHERE object = object.hash)
          + coalesce((SELECT uses FROM frozen WHERE image = object.hash), 0)
          + (SELECT count(*) FROM model WHERE weights = object.hash)
          + (SELECT count(*) FROM inference WHERE image = object.hash)
        """,
      // There is no index to look each object up in.
      prelude: """
        WITH frozen(image, uses) AS MATERIALIZED
          (SELECT object, count(*) FROM frozen_image GROUP BY object)
        """),
    tally(of: "training"), tally(of: "inference"),
  ]

  private static func tally(of table: String) -> KeptCounter {
    KeptCounter(
      table: "tally", column: "count",
      name: "'\(table)s in state ' || state", project: "NULL",
      count: """
        SELECT CASE WHEN subject = '\(table)'
          THEN (SELECT count(*) FROM \(table) WHERE \(table).state = tally.state)
          ELSE tally.count END
        """)
  }

  private init(
    table: String, column: String, name: String = "''", project: String = "id", count: String,
    prelude: String = ""
  ) {
    self.table = table
    self.column = column
    self.name = name
    self.project = project
    self.count = count
    self.prelude = prelude
  }

  /// Whether the database is of a version that keeps it.
  func exists(in db: Database) throws -> Bool {
    // What an older version kept in other tables is counted when the store has been upgraded.
    guard try table != "object" || db.tableExists("frozen_image") else { return false }
    return try db.tableExists(table) && db.columns(in: table).contains { $0.name == column }
  }

  /// The rows that keep another number than is counted.
  func faults(in db: Database) throws -> [UpkeepFault] {
    guard try exists(in: db) else { return [] }
    return try Row.fetchAll(
      db,
      sql: """
        \(prelude) SELECT found.*, account.name || '/' || project.name AS owner FROM (
          SELECT \(name) AS name, \(project) AS project, \(column) AS kept, (\(count)) AS counted
          FROM \(table)
        ) AS found LEFT JOIN project ON project.id = found.project
        LEFT JOIN account ON account.id = project.account
        WHERE kept <> counted
        """
    ).map { row in
      UpkeepFault(
        kind: .counter, project: row["owner"] ?? "", name: row["name"],
        detail: "\(table).\(column) is \(row["kept"] as Int64), and \(row["counted"] as Int64) are"
          + " counted")
    }
  }

  /// Sets all rows to what is counted.
  func recount(in db: Database) throws {
    try db.execute(
      sql: """
        \(prelude) UPDATE \(table) SET \(column) = (\(count)) WHERE \(column) <> (\(count))
        """)
  }
}
