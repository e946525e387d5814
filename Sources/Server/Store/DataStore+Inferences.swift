package import API
internal import Foundation
internal import GRDB

extension DataStore {
  /// Refuses what `submitInference` would refuse as things are now, so that no work is done for it.
  ///
  /// - Throws: `.limit` past `accountPendingInferencesMax`.
  package func checkPendingInferences(of account: AccountID) async throws {
    let limits = self.limits
    try await read { try Self.requireRoom(forInferenceOf: account, limits, in: $0) }
  }

  private static func requireRoom(
    forInferenceOf account: AccountID, _ limits: StoreLimits, in db: Database
  ) throws {
    let waiting = try count(
      db, "SELECT count(*) FROM inference WHERE account = ? AND state = 1", [account.rawValue])
    guard waiting < limits.accountPendingInferencesMax else {
      throw StoreError.limit(
        name: "unfinished inferences", value: waiting + 1,
        limit: limits.accountPendingInferencesMax)
    }
  }

  /// Takes an image to be answered for later.
  ///
  /// `id` is 32 random hexadecimal digits, the caller's only key to the answer. The model version
  /// of `publication` answers, whatever is published later; of the request only its options are
  /// kept.
  ///
  /// - Throws: `.limit` past `accountPendingInferencesMax`; `.notFound` once the account or the
  ///   publication is gone.
  package func submitInference(
    id: String, image: StagedObject, publication: PublicationRecord,
    options request: InferRequest, of account: AccountID, at now: Timestamp,
    keeping answer: PendingResponse<Void>? = nil
  ) async throws {
    let limits = self.limits
    try await transaction(adopting: image) { db in
      try Self.requireRoom(forInferenceOf: account, limits, in: db)
      try db.execute(
        sql: """
          INSERT INTO inference (id, account, model, training, image, top_k, confidence_min,
            iou_max, detections_max, state, create_time)
          SELECT ?, account.id, ?, publication.training, ?, ?, ?, ?, ?, 1, ?
          FROM account, publication
          WHERE account.id = ? AND account.removed = 0 AND publication.id = ?
          """,
        arguments: [
          id, publication.message.model, image.hash.hex, request.topK, request.confidenceMin,
          request.iouMax, request.detectionsMax, now.unixMilliseconds, account.rawValue,
          publication.id,
        ])
      guard db.changesCount > 0 else {
        throw StoreError.notFound(.publication, publication.message.model)
      }
      try Self.removeExcessive("inference", "position", of: account, limits, in: db, at: now)
      try self.keep(answer, (), of: account, in: db)
    }
  }

  /// One of the account's own submitted inferences.
  ///
  /// - Throws: `.notFound` for an unknown or forgotten one, and for another account's.
  package func inference(
    _ id: String, of account: AccountID, at now: Timestamp
  ) async throws -> InferenceRecord {
    try await read { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT * FROM inference WHERE id = ? AND account = ?
          AND (expire_time IS NULL OR expire_time > ?)
          """,
        arguments: [id, account.rawValue, now.unixMilliseconds])
      guard let row else { throw StoreError.notFound(.inference, id) }
      return try InferenceRecord(row: row)
    }
  }

  /// Inferences that wait, those submitted first at the front; the cursor is their position.
  package func pendingInferences(
    page: PageRequest<Int64>
  ) async throws -> Page<InferenceRecord, Int64> {
    let rowsMax = rowsMax(page.rowsMax)
    return try await read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT inference.* FROM inference JOIN account ON account.id = inference.account
          WHERE state = 1 AND position > ? AND account.removed = 0 ORDER BY position LIMIT ?
          """,
        arguments: [page.after ?? 0, rowsMax + 1])
      return try Page(
        rows, rowsMax: rowsMax, cursor: { $0["position"] }, InferenceRecord.init(row:))
    }
  }

  /// How many wait.
  package func pendingInferenceCount() async throws -> Int {
    try await read { db in
      try Int.fetchOne(
        db, sql: "SELECT count FROM tally WHERE subject = 'inference' AND state = 1") ?? 0
    }
  }

  /// Keeps the answer to a waiting inference until `expiry` and lets go of its image.
  ///
  /// - Throws: `.notFound` when it no longer waits, or went with its account.
  package func finishInference(
    _ id: String, _ outcome: InferenceOutcome, keepingUntil expiry: Timestamp
  ) async throws {
    try await transaction(.essential) { db in
      let (state, bytes): (Int64, [UInt8]) =
        switch outcome {
        case .done(let bytes): (2, bytes)
        case .failed(let bytes): (3, bytes)
        }
      try db.execute(
        sql: """
          UPDATE inference SET state = ?, outcome = ?, image = NULL, expire_time = ?
          WHERE id = ? AND state = 1
          """,
        arguments: [state, Data(bytes), expiry.unixMilliseconds, id])
      guard db.changesCount > 0 else { throw StoreError.notFound(.inference, id) }
    }
  }
}

extension InferenceRecord {
  init(row: Row) throws {
    let state: State
    switch (row["state"] as Int64, row["image"] as String?, row["outcome"] as Data?) {
    case (1, .some(let image), nil): state = .pending(image: ObjectHash(column: image))
    case (2, nil, .some(let outcome)): state = .done([UInt8](outcome))
    case (3, nil, .some(let outcome)): state = .failed([UInt8](outcome))
    case (let number, _, _): throw StoreError.database("inference state \(number)")
    }
    self.init(
      position: row["position"], id: row["id"], account: AccountID(row["account"]),
      request: InferRequest(
        model: row["model"], topK: row["top_k"], confidenceMin: row["confidence_min"],
        iouMax: row["iou_max"], detectionsMax: row["detections_max"]),
      training: (row["training"] as Int64?).map { TrainingID($0) }, state: state,
      createTime: Timestamp(unixMilliseconds: row["create_time"]),
      expireTime: (row["expire_time"] as Int64?).map(Timestamp.init(unixMilliseconds:)))
  }
}
