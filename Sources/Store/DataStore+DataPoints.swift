internal import GRDB

extension DataStore {
  /// Begins a new object of up to any size; see `StagingWriter`.
  package func stage() throws -> StagingWriter { try files.stage() }

  /// Begins a new object whose bytes come over the network; see `UploadWriter`.
  package func stageUpload() throws -> UploadWriter { UploadWriter(try files.stage()) }

  /// Stages an object that is in memory already.
  package func stage(_ bytes: [UInt8]) throws -> StagedObject {
    var writer = try stage()
    try writer.write(bytes)
    return writer.finish()
  }

  /// What is known of an image from any project's row, so that it need not be examined again.
  package func imageFacts(of object: ObjectHash) async throws -> ImageFacts? {
    try await read { db in
      try Row.fetchOne(
        db.cachedStatement(sql: "SELECT * FROM data_point WHERE object = ? LIMIT 1"),
        arguments: [object.hex]
      ).map(ImageFacts.init(row:))
    }
  }

  /// Stores an image with its annotation.
  ///
  /// One that the project has keeps its place and name; its annotation is replaced if there is a
  /// new one.
  ///
  /// - Returns: the image as it is now, and whether it is new to the project.
  /// - Throws: `.notFound(.project)`, `.unknownClass`, `.wrongAnnotation`, `.limit` past
  ///   `projectDataPointsMax` or `projectBoxesMax`.
  package func putDataPoint(
    _ staged: StagedObject, image: ImageFacts, annotation: AnnotationRecord?, fileName: String,
    inProject name: String, of account: AccountID, at now: Timestamp,
    keeping answer: AnswerToKeep<(dataPoint: DataPointRecord, created: Bool)>? = nil
  ) async throws -> (dataPoint: DataPointRecord, created: Bool) {
    let limits = self.limits
    return try await transaction(adopting: staged) { db in
      let project = try Self.projectID(named: name, of: account, in: db)
      let present = try Int64.fetchOne(
        db.cachedStatement(sql: "SELECT id FROM data_point WHERE project = ? AND object = ?"),
        arguments: [project.id.rawValue, staged.hash.hex])
      if present == nil {
        try Self.insertDataPoint(
          staged.hash, image: image, fileName: fileName, project: project.id, limits, in: db,
          at: now)
      }
      let id = present ?? db.lastInsertedRowID
      if let annotation {
        try Self.annotate(id, with: annotation, project: project, limits, in: db)
      }
      let dataPoint = try Self.dataPoint(staged.hash, of: project, in: db)
      try self.keep(answer, (dataPoint, present == nil), of: account, in: db)
      return (dataPoint, present == nil)
    }
  }

  /// - Throws: `.notFound(.project)`, `.notFound(.dataPoint)`.
  package func dataPoint(
    _ object: ObjectHash, inProject name: String, of account: AccountID
  ) async throws -> DataPointRecord {
    try await read { db in
      try Self.dataPoint(object, of: Self.projectID(named: name, of: account, in: db), in: db)
    }
  }

  /// A project's images in the order of their first upload.
  ///
  /// - Throws: `.notFound(.project)`; `.unknownClass` when the filter names none of the project's.
  package func dataPoints(
    inProject name: String, of account: AccountID, filter: DataPointFilter,
    page: PageRequest<Int64>
  ) async throws -> Page<DataPointRecord, Int64> {
    let rowsMax = rowsMax(page.rowsMax)
    let partsMax = limits.pagePartsMax
    return try await read { db in
      let project = try Self.projectID(named: name, of: account, in: db)
      var sql = Self.dataPointColumns + " WHERE data_point.project = ? AND data_point.id > ?"
      var arguments: StatementArguments = [project.id.rawValue, page.after ?? 0]
      if filter.unlabeledOnly { sql += " AND labeled = 0" }
      if let className = filter.className {
        let classID = try Self.classID(named: className, of: project.id, in: db)
        sql += """
           AND (class = ? OR EXISTS (SELECT 1 FROM box
            WHERE box.project = data_point.project AND box.class = ? AND data_point = data_point.id))
          """
        arguments += [classID, classID]
      }
      if let prefix = filter.hashPrefix {
        // "g" sorts right behind every hexadecimal digit.
        sql += " AND data_point.object >= ? AND data_point.object < ?"
        arguments += [prefix, prefix + "g"]
      }
      sql += " ORDER BY data_point.id LIMIT ?"
      arguments += [rowsMax + 1]
      return try Page(
        fetched: Row.fetchAll(db, sql: sql, arguments: arguments), rowsMax: rowsMax,
        partsMax: partsMax, cursor: \.id, parts: \.boxCount
      ) { row in
        let boxes = try Self.boxes(ofDataPoint: row["id"], project.kind, in: db)
        return try DataPointRecord(row: row, boxes: boxes, kind: project.kind)
      }
    }
  }

  /// - Throws: `.notFound(.project)`, `.notFound(.dataPoint)`.
  package func deleteDataPoint(
    _ object: ObjectHash, inProject name: String, of account: AccountID,
    keeping answer: AnswerToKeep<Void>? = nil
  ) async throws {
    try await transaction { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      try db.execute(
        sql: "DELETE FROM data_point WHERE project = ? AND object = ?",
        arguments: [project.rawValue, object.hex])
      guard db.changesCount > 0 else { throw StoreError.notFound(.dataPoint, object.hex) }
      try self.keep(answer, (), of: account, in: db)
    }
  }

  /// Replaces an image's annotation; without one the image becomes unlabelled.
  ///
  /// - Throws: `.notFound`, `.unknownClass`, `.wrongAnnotation`, `.limit` past `projectBoxesMax`.
  package func relabelDataPoint(
    _ object: ObjectHash, annotation: AnnotationRecord?, inProject name: String,
    of account: AccountID, keeping answer: AnswerToKeep<DataPointRecord>? = nil
  ) async throws -> DataPointRecord {
    let limits = self.limits
    return try await transaction { db in
      let project = try Self.projectID(named: name, of: account, in: db)
      let id = try Self.dataPoint(object, of: project, in: db).id
      try Self.annotate(id, with: annotation, project: project, limits, in: db)
      let dataPoint = try Self.dataPoint(object, of: project, in: db)
      try self.keep(answer, dataPoint, of: account, in: db)
      return dataPoint
    }
  }
}
