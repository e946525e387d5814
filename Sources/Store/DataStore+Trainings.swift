internal import Crypto
internal import Foundation
internal import GRDB

extension DataStore {
  /// Freezes a project's data set and queues a training of it.
  ///
  /// The parameters are kept as they are. `freeze` judges the project as it is at this instant and
  /// chooses what to learn from; what it throws is thrown on and nothing is queued. It must be
  /// quick: all writing waits for it.
  ///
  /// - Throws: `.notFound(.project)`, `.trainingActive`.
  package func queueTraining(
    ofProject name: String, of account: AccountID, parameters: [UInt8], at now: Timestamp,
    keeping answer: AnswerToKeep<TrainingRecord>? = nil,
    freeze: @escaping @Sendable (ProjectContents) throws -> FrozenDataSet
  ) async throws -> TrainingRecord {
    try await transaction { db in
      let project = try Self.project(named: name, of: account, in: db)
      if let newest = project.newestTraining, !newest.state.isFinal {
        throw StoreError.trainingActive(number: newest.number)
      }
      let dataSet = try freeze(try Self.contents(of: project, in: db))
      let number = try Self.count(
        db,
        "UPDATE project SET next_training = next_training + 1 WHERE id = ?"
          + " RETURNING next_training - 1", [project.id.rawValue])
      try db.execute(
        sql: """
          INSERT INTO training (project, number, state, parameters, data_set_hash,
            data_point_count, create_time) VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          project.id.rawValue, Int64(number), JobState.queued.rawValue, Data(parameters),
          dataSet.hash, dataSet.examples.count, now.unixMilliseconds,
        ])
      let training = TrainingID(db.lastInsertedRowID)
      try Self.insert(dataSet, of: training, in: db)
      try Self.append(.state(.queued), to: training, in: db, at: now)
      let queued = try Self.training(training, in: db)
      try self.keep(answer, queued, of: account, in: db)
      return queued
    }
  }

  /// One of a project's trainings; number 0 means the newest.
  ///
  /// - Throws: `.notFound(.project)`, `.notFound(.training)`.
  package func training(
    _ number: UInt32, ofProject name: String, of account: AccountID
  ) async throws -> TrainingRecord {
    try await read { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      return try Self.training(number, of: project, in: db)
    }
  }

  /// - Throws: `.notFound(.training)` once it has been deleted with its project.
  package func training(_ id: TrainingID) async throws -> TrainingRecord {
    try await read { try Self.training(id, in: $0) }
  }

  /// A project's trainings, newest first; the cursor is a number.
  package func trainings(
    ofProject name: String, of account: AccountID, page: PageRequest<UInt32>
  ) async throws -> Page<TrainingRecord, UInt32> {
    let rowsMax = rowsMax(page.rowsMax)
    return try await read { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      let rows = try Row.fetchAll(
        db,
        sql: Self.trainingColumns + " WHERE training.project = ? AND training.number < ?"
          + " ORDER BY training.number DESC LIMIT ?",
        arguments: [project.rawValue, page.after.map(Int64.init) ?? Int64.max, rowsMax + 1])
      let trainings = try rows.map(TrainingRecord.init(row:))
      return Page(fetched: trainings, rowsMax: rowsMax) { $0.number }
    }
  }

  /// The training that has waited longest; nothing when none waits.
  package func nextQueuedTraining() async throws -> TrainingRecord? {
    try await read { db in
      try Row.fetchOne(
        db, sql: Self.trainingColumns + " WHERE training.state = 1 ORDER BY training.id LIMIT 1"
      ).map(TrainingRecord.init(row:))
    }
  }

  /// How many trainings of all accounts are in each state; none is left out.
  package func trainingCounts() async throws -> [JobState: Int] {
    try await read { db in
      var counts = Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, 0) })
      let rows = try Row.fetchAll(
        db, sql: "SELECT state, COUNT(*) AS count FROM training GROUP BY state")
      for row in rows {
        guard let state = JobState(rawValue: row["state"]) else {
          throw StoreError.database("training state \(row["state"] as Int64)")
        }
        counts[state] = row["count"]
      }
      return counts
    }
  }

  /// The trainings of some projects that are queued or running.
  static func activeTrainings(
    _ condition: String, arguments: StatementArguments, in db: Database
  ) throws -> [TrainingID] {
    let sql = """
      SELECT training.id FROM training JOIN project ON project.id = training.project
      WHERE training.state IN (1, 2) AND \(condition) ORDER BY training.id
      """
    return try Int64.fetchAll(db, sql: sql, arguments: arguments).map { TrainingID($0) }
  }

  /// What a training that has not ended learns from.
  ///
  /// - Throws: `.notFound(.training)`.
  package func frozenDataSet(of training: TrainingID) async throws -> FrozenDataSet {
    try await read { db in
      _ = try Self.training(training, in: db)
      let examples = try Row.fetchAll(
        db, sql: "SELECT * FROM training_example WHERE training = ? ORDER BY position",
        arguments: [training.rawValue]
      ).map { row in
        TrainingExample(
          object: ObjectHash(column: row["object"]),
          label: try TrainingExample.Label(row: row), group: row["duplicate_group"],
          width: row["width"], height: row["height"])
      }
      return FrozenDataSet(
        classNames: try Self.classNames(of: training, in: db), examples: examples)
    }
  }

  /// What a training has left to look at, as the caller encoded it.
  ///
  /// Nothing when it has no model, or is older than reports.
  package func trainingReport(of training: TrainingID) async throws -> [UInt8]? {
    try await read { db in
      try Data.fetchOne(
        db, sql: "SELECT report FROM training_report WHERE training = ?",
        arguments: [training.rawValue]
      ).map { [UInt8]($0) }
    }
  }
}

extension FrozenDataSet {
  /// SHA-256, in hexadecimal, of sorted lines: `IMAGE-HASH CLASS-NAME`, for a box
  /// `IMAGE-HASH X-MIN Y-MIN X-MAX Y-MAX CLASS-NAME`, for an image without boxes `IMAGE-HASH`.
  var hash: String {
    let lines = examples.flatMap { example in
      let image = example.object.hex
      switch example.label {
      case .classIndex(let index): return ["\(image) \(classNames[Int(index)])\n"]
      case .boxes(let boxes):
        return boxes.isEmpty
          ? ["\(image)\n"]
          : boxes.map { box in
            "\(image) \(box.xMin) \(box.yMin) \(box.xMax) \(box.yMax) "
              + "\(classNames[Int(box.classIndex)])\n"
          }
      }
    }.sorted()
    var hash = SHA256()
    for line in lines { hash.update(data: Data(line.utf8)) }
    return lowerHex(hash.finalize())
  }
}
