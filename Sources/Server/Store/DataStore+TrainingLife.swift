internal import API
internal import Codec
internal import Foundation
internal import GRDB

// How a training moves from state to state. Each move appends the event that tells of it.

extension DataStore {
  /// From queued to running.
  ///
  /// - Throws: `.trainingState` when it is not queued (any more), `.notFound(.training)`.
  package func startTraining(_ id: TrainingID, at now: Timestamp) async throws -> TrainingRecord {
    try await transaction { db in
      try Self.require([.queued], of: id, in: db)
      try db.execute(
        sql: "UPDATE training SET state = 2, start_time = ? WHERE id = ?",
        arguments: [now.unixMilliseconds, id.rawValue])
      try Self.append(.state(.running), to: id, in: db, at: now)
      return try Self.training(id, in: db)
    }
  }

  /// From running to succeeded: keeps the model and the report, as the caller encoded it.
  ///
  /// The frozen list of images is forgotten bit by bit afterwards; the hash of the data set stays.
  ///
  /// - Throws: `.trainingState` when it is not running (any more), `.notFound(.training)`.
  package func finishTraining(
    _ id: TrainingID, weights: StagedObject, facts: ModelFacts, report: [UInt8], at now: Timestamp
  ) async throws -> TrainingRecord {
    let metrics = Data(try facts.metrics.serialized())
    let training = try await transaction(.essential, adopting: weights) { db in
      try Self.require([.running], of: id, in: db)
      try Self.insertModel(of: id, weights.hash, facts, metrics, report, in: db)
      try Self.end(id, as: .succeeded, reason: "", in: db, at: now)
      return try Self.training(id, in: db)
    }
    await removeSomeLeftovers()
    return training
  }

  /// Ends a queued or running training without a model.
  ///
  /// - Throws: `.trainingState` when it has ended already, `.notFound(.training)`.
  package func endTraining(
    _ id: TrainingID, _ failure: TrainingFailure, at now: Timestamp,
    keeping answer: (PendingResponse<TrainingRecord>, of: AccountID)? = nil
  ) async throws -> TrainingRecord {
    let training = try await transaction(.essential) { db in
      try Self.require([.queued, .running], of: id, in: db)
      switch failure {
      case .failed(let reason): try Self.end(id, as: .failed, reason: reason, in: db, at: now)
      case .canceled(let reason):
        try Self.end(id, as: .canceled, reason: reason, in: db, at: now)
      }
      let training = try Self.training(id, in: db)
      if let (answer, account) = answer { try self.keep(answer, training, of: account, in: db) }
      return training
    }
    await removeSomeLeftovers()
    return training
  }

  /// Adds what a training reports of itself; the oldest of its kind go past the bound.
  ///
  /// - Throws: `.trainingState` when it does not run (any more), `.notFound(.training)`.
  package func appendTrainingProgress(
    _ progress: [UInt8], to id: TrainingID, at now: Timestamp
  ) async throws -> TrainingEventRecord {
    try await append(.progress(progress), to: id, at: now)
  }

  /// Like `appendTrainingProgress`, for a line of text.
  package func appendTrainingNote(
    _ note: String, to id: TrainingID, at now: Timestamp
  ) async throws -> TrainingEventRecord {
    try await append(.note(note), to: id, at: now)
  }

  /// A training's events after a sequence number, oldest first.
  ///
  /// Those that are no longer kept are passed over.
  ///
  /// - Throws: `.notFound(.training)` once it has been deleted with its project.
  package func trainingEvents(
    of id: TrainingID, after sequence: Int32, rowsMax: Int32 = 100
  ) async throws -> [TrainingEventRecord] {
    let limit = self.rowsMax(rowsMax)
    return try await read { db in
      _ = try Self.training(id, in: db)
      return try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM training_event WHERE training = ? AND sequence > ?
          ORDER BY sequence LIMIT ?
          """,
        arguments: [id.rawValue, sequence, limit]
      ).map(TrainingEventRecord.init(row:))
    }
  }
}

extension DataStore {
  private static func insertModel(
    of id: TrainingID, _ weights: ObjectHash, _ facts: ModelFacts, _ metrics: Data,
    _ report: [UInt8], in db: Database
  ) throws {
    let detection = facts.metrics.detection
    try db.execute(
      sql: """
        INSERT INTO model (training, weights, architecture, input_side, accuracy,
          average_precision, average_precision50, metrics) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id.rawValue, weights.hex, facts.architecture, facts.inputSide, facts.metrics.accuracy,
        detection?.meanAveragePrecision, detection?.meanAveragePrecision50, metrics,
      ])
    try db.execute(
      sql: "INSERT INTO training_report (training, report) VALUES (?, ?)",
      arguments: [id.rawValue, Data(report)])
  }

  static func failInterruptedTrainings(in db: Database, at now: Timestamp) throws {
    for id in try Int64.fetchAll(db, sql: "SELECT id FROM training WHERE state = 2") {
      try end(
        TrainingID(id), as: .failed, reason: "the server stopped while it ran", in: db, at: now)
    }
  }

  private static func require(
    _ states: Set<TrainingState>, of id: TrainingID, in db: Database
  ) throws {
    let training = try training(id, in: db)
    guard states.contains(training.state) else {
      throw StoreError.trainingState(number: training.number, training.state)
    }
  }

  private static func end(
    _ id: TrainingID, as state: TrainingState, reason: String, in db: Database, at now: Timestamp
  ) throws {
    try db.execute(
      sql: "UPDATE training SET state = ?, reason = ?, end_time = ? WHERE id = ?",
      arguments: [state.rawValue, reason, now.unixMilliseconds, id.rawValue])
    // The hash of the data set stays; its rows would keep images alive that their owner deletes.
    try forgetDataSet(of: id, in: db)
    try append(.state(state), to: id, in: db, at: now)
  }

  private func append(
    _ content: TrainingEventRecord.Content, to id: TrainingID, at now: Timestamp
  ) async throws -> TrainingEventRecord {
    let limits = self.limits
    return try await transaction { db in
      try Self.require([.running], of: id, in: db)
      let event = try Self.append(content, to: id, in: db, at: now)
      let kept: UInt64? =
        switch content {
        case .state: nil
        case .progress: limits.trainingProgressEventsMax
        case .note: limits.trainingNotesMax
        }
      if let kept {
        try db.execute(
          sql: """
            DELETE FROM training_event WHERE training = ?1 AND kind = ?2 AND sequence <= (
              SELECT sequence FROM training_event WHERE training = ?1 AND kind = ?2
              ORDER BY sequence DESC LIMIT 1 OFFSET ?3)
            """,
          arguments: [id.rawValue, content.kind, Int64(kept)])
      }
      return event
    }
  }

  @discardableResult
  static func append(
    _ content: TrainingEventRecord.Content, to id: TrainingID, in db: Database, at now: Timestamp
  ) throws -> TrainingEventRecord {
    let sequence = Int32(
      clamping: try count(
        db, "UPDATE training SET next_event = next_event + 1 WHERE id = ? RETURNING next_event - 1",
        [id.rawValue]))
    var state: Int32?
    var progress: Data?
    var note: String?
    switch content {
    case .state(let value): state = value.rawValue
    case .progress(let value): progress = Data(value)
    case .note(let value): note = value
    }
    try db.execute(
      sql: """
        INSERT INTO training_event (training, sequence, time, kind, state, progress, note)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id.rawValue, sequence, now.unixMilliseconds, content.kind, state, progress, note,
      ])
    return TrainingEventRecord(sequence: sequence, time: now, content: content)
  }
}

extension TrainingEventRecord.Content {
  var kind: Int64 {
    switch self {
    case .state: 1
    case .progress: 2
    case .note: 3
    }
  }
}
