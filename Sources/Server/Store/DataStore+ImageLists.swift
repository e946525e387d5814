package import API
internal import GRDB

extension DataStore {
  /// A project's images in the order of their first upload.
  ///
  /// - Throws: `.notFound(.project)`; `.unknownClass` when the filter names none of the project's.
  package func images(
    inProject name: String, of account: AccountID, filter: ImageFilter,
    page: PageRequest<Int64>
  ) async throws -> Page<Image, Int64> {
    let rowsMax = rowsMax(page.rowsMax)
    let partsMax = limits.pagePartsMax
    return try await read { db in
      let project = try Self.projectID(named: name, of: account, in: db)
      let ids = try Self.imageIDs(
        of: project, filter, after: page.after ?? 0, rowsMax: rowsMax + 1, in: db)
      return try Page(
        ids, rowsMax: rowsMax, partsMax: partsMax, cursor: { $0[0] }, parts: \.boxCount
      ) { try Self.image($0[0] as Int64, of: project, in: db) }
    }
  }

  /// A project's images whose hash begins with these lower-case hexadecimal digits, in the order of
  /// their hashes.
  ///
  /// With a filter a page ends early once `pageExaminedMax` images have been looked at, so it may be
  /// short, even empty, and not the last.
  ///
  /// - Throws: `.notFound(.project)`; `.unknownClass` when the filter names none of the project's.
  package func images(
    withPrefix prefix: String, inProject name: String, of account: AccountID,
    filter: ImageFilter, page: PageRequest<ObjectHash>
  ) async throws -> Page<Image, ObjectHash> {
    let rowsMax = rowsMax(page.rowsMax)
    let limits = self.limits
    return try await read { db in
      let project = try Self.projectID(named: name, of: account, in: db)
      let matches = try Self.matches(filter, of: project, in: db)
      // A longer text sorts right behind the cursor, and "g" behind every hexadecimal digit.
      let first = max(prefix, page.after.map { $0.hex + "0" } ?? "")
      let candidates = try Row.fetchCursor(
        db.cachedStatement(
          sql: Self.imageColumns + """
             WHERE data_point.project = ? AND data_point.object >= ? AND data_point.object < ?
            ORDER BY data_point.object LIMIT ?
            """),
        arguments: [
          project.id.rawValue, first, prefix + "g", limits.pageExaminedMax + 1,
        ])
      return try Page(
        candidates, rowsMax: rowsMax, partsMax: limits.pagePartsMax,
        examinedMax: limits.pageExaminedMax, cursor: { ObjectHash(column: $0["object"]) },
        parts: \.boxCount
      ) { try matches($0) ? Image(row: $0, project.type, in: db) : nil }
    }
  }
}

extension DataStore {
  private static func imageIDs(
    of project: ProjectKey, _ filter: ImageFilter, after: Int64, rowsMax: Int, in db: Database
  ) throws -> RowCursor {
    guard let className = filter.className else {
      let condition = filter.unlabeledOnly ? "AND labeled = 0" : ""
      return try Row.fetchCursor(
        db.cachedStatement(
          sql: """
            SELECT id FROM data_point WHERE project = ? AND id > ? \(condition) ORDER BY id LIMIT ?
            """),
        arguments: [project.id.rawValue, after, rowsMax])
    }
    let classID = try classID(named: className, of: project.id, in: db)
    let sql =
      project.type == .detection
      ? """
      SELECT DISTINCT data_point FROM box WHERE project = ? AND class = ? AND data_point > ?
      ORDER BY data_point LIMIT ?
      """
      : "SELECT id FROM data_point WHERE project = ? AND class = ? AND id > ? ORDER BY id LIMIT ?"
    // An image of a class has a label.
    return try Row.fetchCursor(
      db.cachedStatement(sql: sql),
      arguments: [project.id.rawValue, classID, after, filter.unlabeledOnly ? 0 : rowsMax])
  }

  /// Whether a row of an image is one the filter asks for.
  private static func matches(
    _ filter: ImageFilter, of project: ProjectKey, in db: Database
  ) throws -> (Row) throws -> Bool {
    let classID = try filter.className.map { try self.classID(named: $0, of: project.id, in: db) }
    let hasBox = try db.cachedStatement(
      sql: "SELECT 1 FROM box WHERE project = ? AND class = ? AND data_point = ? LIMIT 1")
    return { row in
      if filter.unlabeledOnly, row["labeled"] as Bool { return false }
      guard let classID else { return true }
      guard project.type == .detection else { return row["class"] as Int32? == classID }
      return try Row.fetchOne(
        hasBox, arguments: [project.id.rawValue, classID, row["id"] as Int64]) != nil
    }
  }
}
