internal import GRDB

extension DataStore {
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
      let ids = try Self.dataPointIDs(
        of: project, filter, after: page.after ?? 0, rowsMax: rowsMax + 1, in: db)
      return try Page(
        fetched: ids, rowsMax: rowsMax, partsMax: partsMax, cursor: \.id, parts: \.boxCount
      ) { try Self.dataPoint($0, of: project, in: db) }
    }
  }

  /// A project's images whose hash begins with these lower-case hexadecimal digits, in the order of
  /// their hashes.
  ///
  /// With a filter a page ends early once `pageExaminedMax` images have been looked at, so it may be
  /// short, even empty, and not the last.
  ///
  /// - Throws: `.notFound(.project)`; `.unknownClass` when the filter names none of the project's.
  package func dataPoints(
    withPrefix prefix: String, inProject name: String, of account: AccountID,
    filter: DataPointFilter, page: PageRequest<ObjectHash>
  ) async throws -> Page<DataPointRecord, ObjectHash> {
    let rowsMax = rowsMax(page.rowsMax)
    let limits = self.limits
    return try await read { db in
      let project = try Self.projectID(named: name, of: account, in: db)
      let matches = try Self.matches(filter, of: project, in: db)
      // A longer text sorts right behind the cursor, and "g" behind every hexadecimal digit.
      let first = max(prefix, page.after.map { $0.hex + "0" } ?? "")
      let candidates = try Row.fetchCursor(
        db.cachedStatement(
          sql: Self.dataPointColumns + """
             WHERE data_point.project = ? AND data_point.object >= ? AND data_point.object < ?
            ORDER BY data_point.object LIMIT ?
            """),
        arguments: [
          project.id.rawValue, first, prefix + "g", limits.pageExaminedMax + 1,
        ])
      var rows: [DataPointRecord] = []
      var last: ObjectHash?
      var (examined, parts) = (0, 0)
      while let row = try candidates.next() {
        guard rows.count < rowsMax, parts < limits.pagePartsMax, examined < limits.pageExaminedMax
        else { return Page(rows: rows, next: last) }
        examined += 1
        last = ObjectHash(column: row["object"])
        guard try matches(row) else { continue }
        let boxes = try Self.boxes(ofDataPoint: row["id"], project.kind, in: db)
        rows.append(try DataPointRecord(row: row, boxes: boxes, kind: project.kind))
        parts += boxes.count
      }
      return Page(rows: rows, next: nil)
    }
  }
}

extension DataStore {
  private static func dataPointIDs(
    of project: (id: ProjectID, kind: ProjectKind), _ filter: DataPointFilter, after: Int64,
    rowsMax: Int, in db: Database
  ) throws -> [Int64] {
    guard let className = filter.className else {
      let condition = filter.unlabeledOnly ? "AND labeled = 0" : ""
      return try Int64.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT id FROM data_point WHERE project = ? AND id > ? \(condition) ORDER BY id LIMIT ?
            """),
        arguments: [project.id.rawValue, after, rowsMax])
    }
    let classID = try classID(named: className, of: project.id, in: db)
    // An image of a class has a label.
    guard !filter.unlabeledOnly else { return [] }
    let sql =
      switch project.kind {
      case .classification:
        "SELECT id FROM data_point WHERE project = ? AND class = ? AND id > ? ORDER BY id LIMIT ?"
      case .detection:
        """
        SELECT DISTINCT data_point FROM box WHERE project = ? AND class = ? AND data_point > ?
        ORDER BY data_point LIMIT ?
        """
      }
    return try Int64.fetchAll(
      db.cachedStatement(sql: sql), arguments: [project.id.rawValue, classID, after, rowsMax])
  }

  /// Whether a row of an image is one the filter asks for.
  private static func matches(
    _ filter: DataPointFilter, of project: (id: ProjectID, kind: ProjectKind), in db: Database
  ) throws -> (Row) throws -> Bool {
    let classID = try filter.className.map { try self.classID(named: $0, of: project.id, in: db) }
    let hasBox = try db.cachedStatement(
      sql: "SELECT 1 FROM box WHERE project = ? AND class = ? AND data_point = ? LIMIT 1")
    return { row in
      if filter.unlabeledOnly, row["labeled"] as Bool { return false }
      guard let classID else { return true }
      switch project.kind {
      case .classification: return row["class"] as UInt32? == classID
      case .detection:
        return try Row.fetchOne(
          hasBox, arguments: [project.id.rawValue, classID, row["id"] as Int64]) != nil
      }
    }
  }
}
