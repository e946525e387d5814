package import API
internal import Codec
internal import Foundation
internal import GRDB

extension DataStore {
  /// One of a project's trainings; without a number the newest that succeeded.
  ///
  /// - Throws: `.notFound(.project)`, `.notFound(.training)`.
  package func training(
    _ number: Int32?, ofProject name: String, of account: AccountID
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
    ofProject name: String, of account: AccountID, page: PageRequest<Int32>
  ) async throws -> Page<TrainingRecord, Int32> {
    let rowsMax = rowsMax(page.rowsMax)
    return try await read { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      let rows = try Row.fetchCursor(
        db,
        sql: Self.trainingColumns + " WHERE training.project = ? AND training.number < ?"
          + " ORDER BY training.number DESC LIMIT ?",
        arguments: [project.rawValue, page.after.map(Int64.init) ?? Int64.max, rowsMax + 1])
      return try Page(rows, rowsMax: rowsMax, cursor: { $0["number"] }, TrainingRecord.init(row:))
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
  package func trainingCounts() async throws -> [TrainingState: Int] {
    try await read { db in
      var counts = Dictionary(uniqueKeysWithValues: TrainingState.named.map { ($0, 0) })
      let rows = try Row.fetchAll(
        db, sql: "SELECT state, count FROM tally WHERE subject = 'training'")
      for row in rows {
        counts[try TrainingState(column: row["state"], "training state")] = row["count"]
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
      WHERE training.state IN (1, 2) AND \(condition)
      """
    return try Int64.fetchAll(db, sql: sql, arguments: arguments).sorted().map { TrainingID($0) }
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
