internal import GRDB

// How images and their annotations are read from rows and written to them.

extension DataStore {
  static let dataPointColumns = """
    SELECT data_point.*, object.bytes, class.name AS class_name
    FROM data_point JOIN object ON object.hash = data_point.object
    LEFT JOIN class ON class.project = data_point.project AND class.id = data_point.class
    """

  static func dataPoint(
    _ object: ObjectHash, of project: (id: ProjectID, kind: ProjectKind), in db: Database
  ) throws -> DataPointRecord {
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: dataPointColumns + " WHERE data_point.project = ? AND data_point.object = ?"),
      arguments: [project.id.rawValue, object.hex])
    guard let row else { throw StoreError.notFound(.dataPoint, object.hex) }
    let boxes = try boxes(ofDataPoint: row["id"], project.kind, in: db)
    return try DataPointRecord(row: row, boxes: boxes, kind: project.kind)
  }

  static func dataPoint(
    _ id: Int64, of project: (id: ProjectID, kind: ProjectKind), in db: Database
  ) throws -> DataPointRecord {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: dataPointColumns + " WHERE data_point.id = ?"), arguments: [id])
    guard let row else { throw StoreError.notFound(.dataPoint, "row \(id)") }
    let boxes = try boxes(ofDataPoint: id, project.kind, in: db)
    return try DataPointRecord(row: row, boxes: boxes, kind: project.kind)
  }

  /// One whose bytes are known to be damaged counts as missing.
  static func find(
    _ object: ObjectHash, of project: (id: ProjectID, kind: ProjectKind), in db: Database
  ) throws -> (finding: DataPointFinding, boxCount: Int) {
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT data_point.id, data_point.labeled, class.name AS class_name
          FROM data_point JOIN object ON object.hash = data_point.object
          LEFT JOIN class ON class.project = data_point.project AND class.id = data_point.class
          WHERE data_point.project = ? AND data_point.object = ? AND object.damaged = 0
          """),
      arguments: [project.id.rawValue, object.hex])
    guard let row else { return (.missing, 0) }
    let boxes = try boxes(ofDataPoint: row["id"], project.kind, in: db)
    return (.stored(annotation(row, boxes, project.kind)), boxes.count)
  }

  fileprivate static func annotation(
    _ row: Row, _ boxes: [BoxRecord], _ kind: ProjectKind
  ) -> AnnotationRecord? {
    switch kind {
    case .classification: (row["class_name"] as String?).map { .className($0) }
    case .detection: row["labeled"] ? .boxes(boxes) : nil
    }
  }

  static func insertDataPoint(
    _ object: ObjectHash, image: ImageFacts, fileName: String, project: ProjectID,
    _ limits: StoreLimits, in db: Database, at now: Timestamp
  ) throws {
    try requireRoom(in: project, limits, in: db)
    try db.cachedStatement(
      sql: """
        INSERT INTO data_point (project, object, file_name, labeled, format, width, height,
          perceptual_hash, create_time) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      project.rawValue, object.hex, fileName, image.format.rawValue, image.width, image.height,
      Int64(bitPattern: image.perceptualHash), now.unixMilliseconds,
    ])
  }

  /// - Throws: `.limit` when a project can take no more images.
  static func requireRoom(
    in project: ProjectID, _ limits: StoreLimits, in db: Database
  ) throws {
    let count = try count(
      db, "SELECT data_point_count FROM project WHERE id = ?", [project.rawValue])
    guard count < limits.projectDataPointsMax else {
      throw StoreError.limit(
        name: "data points in the project", value: count + 1, limit: limits.projectDataPointsMax)
    }
  }

  /// - Throws: `.wrongAnnotation`, `.unknownClass`.
  static func check(
    _ annotation: AnnotationRecord?, for project: (id: ProjectID, kind: ProjectKind),
    in db: Database
  ) throws {
    switch (annotation, project.kind) {
    case (nil, _): break
    case (.className(let name), .classification):
      _ = try classID(named: name, of: project.id, in: db)
    case (.boxes(let boxes), .detection):
      for name in Set(boxes.map(\.className)) {
        _ = try classID(named: name, of: project.id, in: db)
      }
    case (.className, .detection), (.boxes, .classification):
      throw StoreError.wrongAnnotation(project.kind)
    }
  }

  /// Replaces what is said of an image.
  static func annotate(
    _ id: Int64, with annotation: AnnotationRecord?,
    project: (id: ProjectID, kind: ProjectKind), _ limits: StoreLimits, in db: Database
  ) throws {
    var classID: UInt32?
    var boxes: [BoxRecord] = []
    switch (annotation, project.kind) {
    case (nil, _): break
    case (.className(let name), .classification):
      classID = try self.classID(named: name, of: project.id, in: db)
    case (.boxes(let list), .detection): boxes = list
    case (.className, .detection), (.boxes, .classification):
      throw StoreError.wrongAnnotation(project.kind)
    }
    try db.cachedStatement(sql: "UPDATE data_point SET labeled = ?, class = ? WHERE id = ?")
      .execute(arguments: [annotation != nil, classID, id])
    guard project.kind == .detection else { return }
    try db.execute(sql: "DELETE FROM box WHERE data_point = ?", arguments: [id])
    for (position, box) in boxes.enumerated() {
      let classID = try self.classID(named: box.className, of: project.id, in: db)
      try db.cachedStatement(
        sql: """
          INSERT INTO box (data_point, position, project, class, x_min, y_min, x_max, y_max)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """
      ).execute(arguments: [
        id, position, project.id.rawValue, classID, box.xMin, box.yMin, box.xMax, box.yMax,
      ])
    }
    let total = try count(
      db, "SELECT box_count FROM project WHERE id = ?", [project.id.rawValue])
    guard total <= limits.projectBoxesMax else {
      throw StoreError.limit(
        name: "boxes in the project", value: total, limit: limits.projectBoxesMax)
    }
  }

  private static let boxColumns = """
    SELECT box.*, class.name AS class_name
    FROM box JOIN class ON class.project = box.project AND class.id = box.class
    """

  /// None, without a look, for the images of a classification project.
  static func boxes(
    ofDataPoint id: Int64, _ kind: ProjectKind, in db: Database
  ) throws -> [BoxRecord] {
    guard kind == .detection else { return [] }
    return try Row.fetchAll(
      db.cachedStatement(sql: boxColumns + " WHERE box.data_point = ? ORDER BY box.position"),
      arguments: [id]
    ).map(BoxRecord.init(row:))
  }

  /// All boxes of a project by the number of their image.
  static func boxes(
    ofProject project: ProjectID, in db: Database
  ) throws -> [Int64: [BoxRecord]] {
    var boxes: [Int64: [BoxRecord]] = [:]
    let rows = try Row.fetchCursor(
      db, sql: boxColumns + " WHERE box.project = ? ORDER BY box.data_point, box.position",
      arguments: [project.rawValue])
    while let row = try rows.next() {
      boxes[row["data_point"], default: []].append(BoxRecord(row: row))
    }
    return boxes
  }
}

extension DataPointRecord {
  var boxCount: Int {
    guard case .boxes(let boxes) = annotation else { return 0 }
    return boxes.count
  }

  init(row: Row, boxes: [BoxRecord], kind: ProjectKind) throws {
    self.init(
      id: row["id"], object: ObjectHash(column: row["object"]), fileName: row["file_name"],
      annotation: DataStore.annotation(row, boxes, kind), image: try ImageFacts(row: row),
      bytes: row["bytes"],
      createTime: Timestamp(unixMilliseconds: row["create_time"]))
  }
}

extension ImageFacts {
  init(row: Row) throws {
    guard let format = ImageFileFormat(rawValue: row["format"]) else {
      throw StoreError.database("an image format out of range")
    }
    self.init(
      format: format, width: row["width"], height: row["height"],
      perceptualHash: UInt64(bitPattern: row["perceptual_hash"] as Int64))
  }
}

extension BoxRecord {
  init(row: Row) {
    self.init(
      xMin: row["x_min"], yMin: row["y_min"], xMax: row["x_max"], yMax: row["y_max"],
      className: row["class_name"])
  }
}
