internal import API
internal import Foundation
internal import GRDB
internal import Synchronization

// How a project's data set is frozen for a training, without a write of another waiting for it.

extension DataStore {
  /// Freezes a project's data set and queues a training of it.
  ///
  /// The parameters are kept as they are. `freeze` judges the project as it is at one instant and
  /// chooses what to learn from; what it throws is thrown on and nothing is queued. It may take long,
  /// and is best left in the order in which the images came.
  ///
  /// What it chose is stored bit by bit. Until all of it is there no method shows anything of it, and
  /// what is left of it after a crash goes like the data set of a training that has ended.
  ///
  /// - Throws: `.notFound(.project)`, also when it is deleted meanwhile; `.trainingActive`.
  package func queueTraining(
    ofProject name: String, of account: AccountID, parameters: [UInt8], at now: Timestamp,
    keeping answer: PendingResponse<TrainingRecord>? = nil,
    freeze: @escaping @Sendable (ProjectExamination) throws -> FrozenDataSet
  ) async throws -> TrainingRecord {
    // What is deleted meanwhile stays in the store until the data set refers to it.
    try await keepingObjects {
      let (project, dataSet, hash) = try await examine(project: name, of: account) { examination in
        try Self.requireNoActiveTraining(of: examination.project)
        let dataSet = try freeze(examination)
        return (examination.id, dataSet, try dataSet.hash(checking: examination.check))
      }
      let frozen = try await beginDataSet()
      defer { _ = preparing.withLock { $0.remove(frozen) } }
      try await store(dataSet.examples, as: frozen)
      return try await transaction { db in
        let present = try Self.project(named: name, of: account, in: db)
        guard present.id == project else { throw StoreError.notFound(.project, name) }
        try Self.requireNoActiveTraining(of: present.message)
        let training = try Self.insertTraining(
          of: project, parameters, hash, exampleCount: dataSet.examples.count, in: db, at: now)
        try Self.insert(dataSet.classNames, of: training, in: db)
        try db.execute(
          sql: "UPDATE data_set SET training = ? WHERE id = ?",
          arguments: [training.rawValue, frozen])
        try Self.append(.state(.queued), to: training, in: db, at: now)
        let queued = try Self.training(training, in: db)
        try self.keep(answer, queued, of: account, in: db)
        return queued
      }
    }
  }

  /// What a training that has not ended learns from, in the order of the images' hashes: in whatever
  /// order they were uploaded, the same images are the same data set.
  ///
  /// - Throws: `.notFound(.training)`.
  package func frozenDataSet(of training: TrainingID) async throws -> FrozenDataSet {
    try await read { db in
      _ = try Self.training(training, in: db)
      let rows = try Row.fetchCursor(db, sql: Self.frozenImages, arguments: [training.rawValue])
      var examples = try Array(
        rows.map { row in
          TrainingExample(
            object: ObjectHash(column: row["object"]),
            label: try TrainingExample.Label(row: row), group: row["duplicate_group"],
            width: row["width"], height: row["height"])
        })
      examples.sort { $0.object.hex < $1.object.hex }
      return FrozenDataSet(
        classNames: try Self.classNames(of: training, in: db), examples: examples)
    }
  }

  static let frozenImages = """
    SELECT frozen_image.* FROM data_set JOIN frozen_image ON frozen_image.data_set = data_set.id
    WHERE data_set.training = ? ORDER BY frozen_image.position
    """
}

// MARK: - Storing bit by bit

extension DataStore {
  /// - Returns: the id of a new data set, which is kept for as long as it is in `preparing`.
  private func beginDataSet() async throws -> Int64 {
    try await transaction { db in
      try db.execute(sql: "INSERT INTO data_set DEFAULT VALUES")
      let id = db.lastInsertedRowID
      self.preparing.withLock { _ = $0.insert(id) }
      return id
    }
  }

  /// Stores images in as many transactions as it takes for each to be short.
  private func store(_ examples: [TrainingExample], as dataSet: Int64) async throws {
    var batches = Batches()
    var position = 0
    while position < examples.count {
      let start = position
      position = try await batches.next(in: self) { rowsMax, db in
        let places = start..<min(start + rowsMax, examples.count)
        try Self.insert(examples, at: places, as: dataSet, in: db)
        return places.upperBound
      }
    }
  }

  private static func insert(
    _ examples: [TrainingExample], at places: Range<Int>, as dataSet: Int64, in db: Database
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO frozen_image (data_set, position, object, class_index, boxes,
          duplicate_group, width, height) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for position in places {
      let example = examples[position]
      try statement.execute(arguments: [
        dataSet, position, example.object.hex, example.label.classColumn,
        example.label.boxesColumn, example.group, example.width, example.height,
      ])
    }
  }

  private static func requireNoActiveTraining(of project: Project) throws(StoreError) {
    if let number = ResourceAddress.number(of: project.newestTraining),
      !project.trainingState.isFinal
    {
      throw .trainingActive(number: number)
    }
  }

  private static func insertTraining(
    of project: ProjectID, _ parameters: [UInt8], _ dataSetHash: String, exampleCount: Int,
    in db: Database, at now: Timestamp
  ) throws -> TrainingID {
    let number = try count(
      db,
      "UPDATE project SET next_training = next_training + 1 WHERE id = ?"
        + " RETURNING next_training - 1", [project.rawValue])
    try db.execute(
      sql: """
        INSERT INTO training (project, number, state, parameters, data_set_hash,
          data_point_count, create_time) VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        project.rawValue, Int64(number), TrainingState.queued.rawValue, Data(parameters),
        dataSetHash,
        exampleCount, now.unixMilliseconds,
      ])
    return TrainingID(db.lastInsertedRowID)
  }

  private static func insert(
    _ classNames: [String], of training: TrainingID, in db: Database
  ) throws {
    for (position, name) in classNames.enumerated() {
      try db.cachedStatement(
        sql: "INSERT INTO training_class (training, position, name) VALUES (?, ?, ?)"
      ).execute(arguments: [training.rawValue, position, name])
    }
  }
}

// MARK: - Forgetting

extension DataStore {
  /// Lets go of what a training has learned from; its rows are removed by `forgetFrozenImages`.
  ///
  /// The hash of the data set stays; its rows would keep images alive that their owner deletes.
  static func forgetDataSet(of training: TrainingID, in db: Database) throws {
    try db.execute(
      sql: "UPDATE data_set SET training = NULL WHERE training = ?",
      arguments: [training.rawValue])
  }

  /// Removes some rows of data sets that no training needs: those of trainings that have ended or
  /// were deleted, and those that a crash has cut off.
  ///
  /// - Returns: whether more may be left.
  func forgetFrozenImages(rowsMax: Int, in db: Database) throws -> Bool {
    let preparing = preparing.withLock { $0 }
    let forgotten = try Int64.fetchAll(
      db,
      sql: "SELECT id FROM data_set WHERE training IS NULL ORDER BY id LIMIT ?",
      arguments: [preparing.count + 1])
    guard let id = forgotten.first(where: { !preparing.contains($0) }) else { return false }
    try db.execute(
      sql: """
        DELETE FROM frozen_image WHERE data_set = ?1 AND position <
          (SELECT min(position) FROM frozen_image WHERE data_set = ?1) + ?2
        """,
      arguments: [id, rowsMax])
    if db.changesCount == 0 {
      try db.execute(sql: "DELETE FROM data_set WHERE id = ?", arguments: [id])
    }
    return true
  }
}

extension TrainingExample.Label {
  init(row: Row) throws {
    if let boxes = row["boxes"] as Data? {
      self = .boxes(try EngineBox.list(encoded: [UInt8](boxes)))
    } else {
      self = .classIndex(row["class_index"])
    }
  }

  var classColumn: Int32 {
    switch self {
    case .classIndex(let index): index
    case .boxes: 0
    }
  }

  var boxesColumn: Data? {
    switch self {
    case .classIndex: nil
    case .boxes(let boxes): Data(EngineBox.encoded(boxes))
    }
  }
}
