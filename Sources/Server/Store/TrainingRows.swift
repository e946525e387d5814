internal import API
internal import Foundation
internal import GRDB

// How trainings, their data sets and their events are read from rows and written to them.

extension DataStore {
  static let trainingColumns = """
    SELECT training.*, project.name AS project_name, project.kind AS project_kind,
      account.name AS project_owner,
      model.weights, model.architecture, model.input_side, model.metrics,
      object.bytes AS weights_bytes
    FROM training JOIN project ON project.id = training.project AND project.account > 0
    JOIN account ON account.id = project.account
    LEFT JOIN model ON model.training = training.id
    LEFT JOIN object ON object.hash = model.weights
    """

  static func training(_ id: TrainingID, in db: Database) throws -> TrainingRecord {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: trainingColumns + " WHERE training.id = ?"),
      arguments: [id.rawValue])
    guard let row else { throw StoreError.notFound(.training, "row \(id.rawValue)") }
    return try TrainingRecord(row: row)
  }

  /// Without a number, the newest that succeeded.
  static func training(
    _ number: Int32?, of project: ProjectID, in db: Database
  ) throws -> TrainingRecord {
    let condition =
      number == nil
      ? " AND training.state = 3 ORDER BY training.number DESC LIMIT 1"
      : " AND training.number = ?"
    let row = try Row.fetchOne(
      db.cachedStatement(sql: trainingColumns + " WHERE training.project = ?" + condition),
      arguments: StatementArguments([project.rawValue, number.map(Int64.init)].compactMap { $0 }))
    guard let row else {
      throw StoreError.notFound(.training, number.map { "\($0)" } ?? "newest that succeeded")
    }
    return try TrainingRecord(row: row)
  }

  static func classNames(of training: TrainingID, in db: Database) throws -> [String] {
    try String.fetchAll(
      db, sql: "SELECT name FROM training_class WHERE training = ? ORDER BY position",
      arguments: [training.rawValue])
  }
}

extension TrainingRecord {
  init(row: Row) throws {
    self.init(
      id: TrainingID(row["id"]), project: ProjectID(row["project"]),
      projectName: row["project_name"], owner: row["project_owner"],
      type: try ProjectType(column: row["project_kind"], "project kind"),
      number: row["number"], state: try TrainingState(column: row["state"], "training state"),
      parameters: [UInt8](row["parameters"] as Data), dataSetHash: row["data_set_hash"],
      imageCount: row["data_point_count"], reason: row["reason"],
      createTime: Timestamp(unixMilliseconds: row["create_time"]),
      startTime: (row["start_time"] as Int64?).map(Timestamp.init(unixMilliseconds:)),
      endTime: (row["end_time"] as Int64?).map(Timestamp.init(unixMilliseconds:)),
      model: ModelRecord(joined: row))
  }
}

extension ModelRecord {
  /// Nothing when the outer join found no model.
  init?(joined row: Row) {
    guard let weights = row["weights"] as String? else { return nil }
    self.init(
      weights: ObjectHash(column: weights), weightsBytes: row["weights_bytes"],
      architecture: row["architecture"], inputSide: row["input_side"],
      metrics: [UInt8](row["metrics"] as Data))
  }
}

extension TrainingEventRecord {
  init(row: Row) throws {
    let content: Content
    switch row["kind"] as Int64 {
    case 1: content = .state(try TrainingState(column: row["state"], "training state"))
    case 2: content = .progress([UInt8](row["progress"] as Data))
    case 3: content = .note(row["note"])
    case let kind: throw StoreError.database("training event kind \(kind)")
    }
    self.init(
      sequence: row["sequence"], time: Timestamp(unixMilliseconds: row["time"]), content: content)
  }
}
