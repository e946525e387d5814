internal import API
internal import GRDB
internal import WellKnownTypes

// How images and their annotations are read from rows and written to them.

extension DataStore {
  /// The number of a project and what its images are labelled with.
  typealias ProjectKey = (id: ProjectID, type: ProjectType)

  static let imageColumns = """
    SELECT data_point.*, object.bytes, class.name AS class_name
    FROM data_point JOIN object ON object.hash = data_point.object
    LEFT JOIN class ON class.project = data_point.project AND class.id = data_point.class
    """

  static func image(
    _ object: ObjectHash, of project: ProjectKey, in db: Database
  ) throws -> Image {
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: imageColumns + " WHERE data_point.project = ? AND data_point.object = ?"),
      arguments: [project.id.rawValue, object.hex])
    guard let row else { throw StoreError.notFound(.image, object.hex) }
    return try Image(row: row, project.type, in: db)
  }

  static func image(
    _ id: Int64, of project: ProjectKey, in db: Database
  ) throws -> Image {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: imageColumns + " WHERE data_point.id = ?"), arguments: [id])
    guard let row else { throw StoreError.notFound(.image, "row \(id)") }
    return try Image(row: row, project.type, in: db)
  }

  /// An image's row as far as a change of its annotation needs it; nothing if the project does not
  /// have it.
  static func annotated(
    _ object: ObjectHash, in project: ProjectID, _ db: Database
  ) throws -> (id: Int64, isLabeled: Bool, revision: Revision)? {
    try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT id, labeled, revision, labeler, label_time FROM data_point
          WHERE project = ? AND object = ?
          """),
      arguments: [project.rawValue, object.hex]
    ).map { ($0["id"], $0["labeled"], Revision(ofImage: $0)) }
  }

  /// The number of an image's row; nothing if the project does not have it.
  static func rowID(
    of object: ObjectHash, in project: ProjectID, _ db: Database
  ) throws -> Int64? {
    try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM data_point WHERE project = ? AND object = ?"),
      arguments: [project.rawValue, object.hex])
  }

  /// One whose bytes are known to be damaged counts as missing.
  static func find(
    _ object: ObjectHash, of project: ProjectKey, in db: Database
  ) throws -> ImageFinding {
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT data_point.id, data_point.labeled, data_point.revision, class.name AS class_name
          FROM data_point JOIN object ON object.hash = data_point.object
          LEFT JOIN class ON class.project = data_point.project AND class.id = data_point.class
          WHERE data_point.project = ? AND data_point.object = ? AND object.damaged = 0
          """),
      arguments: [project.id.rawValue, object.hex])
    guard let row else { return .missing }
    return .stored(
      try Annotation.Value(row: row, project.type, in: db), etag: "\(row["revision"] as Int64)")
  }

  func insertImage(
    _ object: ObjectHash, image: ImageFacts, fileName: String, project: ProjectID,
    in db: Database, at now: Timestamp
  ) throws {
    try requireRoom(in: project, db)
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
  func requireRoom(in project: ProjectID, _ db: Database) throws {
    let count = try Self.count(
      db, "SELECT data_point_count FROM project WHERE id = ?", [project.rawValue])
    guard count < limits.projectImagesMax else {
      throw StoreError.limit(
        name: "images in the project", value: count + 1, limit: limits.projectImagesMax)
    }
  }

  /// - Throws: `.wrongAnnotation`, `.unknownClass`.
  static func check(
    _ annotation: Annotation.Value?, for project: ProjectKey, in db: Database
  ) throws {
    let (className, boxes) = try parts(of: annotation, project.type)
    for name in Set(boxes.map(\.className)).union(className.map { [$0] } ?? []) {
      _ = try classID(named: name, of: project.id, in: db)
    }
  }

  /// - Throws: `.wrongAnnotation`.
  private static func parts(
    of annotation: Annotation.Value?, _ type: ProjectType
  ) throws(StoreError) -> (className: String?, boxes: [Box]) {
    switch (annotation, type) {
    case (nil, _): (nil, [])
    case (.className(let name), .classification): (name, [])
    case (.boxes(let list), .detection): (nil, list.boxes)
    case (.className, _), (.boxes, _): throw .wrongAnnotation(type)
    }
  }

  /// Replaces what is said of an image.
  func annotate(
    _ id: Int64, with annotation: Annotation.Value?, project: ProjectKey, by change: Change,
    in db: Database
  ) throws {
    let (className, boxes) = try Self.parts(of: annotation, project.type)
    let classID = try className.map { try Self.classID(named: $0, of: project.id, in: db) }
    try db.cachedStatement(
      sql: """
        UPDATE data_point SET labeled = ?, class = ?, revision = ?, labeler = ?, label_time = ?
        WHERE id = ?
        """
    ).execute(arguments: [
      annotation != nil, classID, change.number, change.author, change.time.unixMilliseconds, id,
    ])
    guard project.type == .detection else { return }
    try db.execute(sql: "DELETE FROM box WHERE data_point = ?", arguments: [id])
    for (position, box) in boxes.enumerated() {
      let classID = try Self.classID(named: box.className, of: project.id, in: db)
      try Self.insertBox(
        of: id, at: Int64(position), project: project.id, class: classID,
        [box.xMin, box.yMin, box.xMax, box.yMax], in: db)
    }
    let total = try Self.count(
      db, "SELECT box_count FROM project WHERE id = ?", [project.id.rawValue])
    guard total <= limits.projectBoxesMax else {
      throw StoreError.limit(
        name: "boxes in the project", value: total, limit: limits.projectBoxesMax)
    }
  }

  /// The sides are left, top, right and bottom.
  static func insertBox(
    of image: Int64, at position: Int64, project: ProjectID, class: Int32, _ sides: [Double],
    in db: Database
  ) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO box (data_point, position, project, class, x_min, y_min, x_max, y_max)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(
      arguments: [image, position, project.rawValue, `class`] + StatementArguments(sides))
  }

  fileprivate static func boxes(ofImage id: Int64, in db: Database) throws -> [Box] {
    try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT box.*, class.name AS class_name
          FROM box JOIN class ON class.project = box.project AND class.id = box.class
          WHERE box.data_point = ? ORDER BY box.position
          """),
      arguments: [id]
    ).map { row in
      Box(
        xMin: row["x_min"], yMin: row["y_min"], xMax: row["x_max"], yMax: row["y_max"],
        className: row["class_name"])
    }
  }
}

extension Revision {
  /// Of the annotation.
  fileprivate init(ofImage row: Row) { self.init(row: row, author: "labeler", time: "label_time") }
}

extension Image {
  init(row: Row, _ type: ProjectType, in db: Database) throws {
    let value = try Annotation.Value(row: row, type, in: db)
    let revision = Revision(ofImage: row)
    self.init(
      id: row["object"], fileName: row["file_name"],
      annotation: value.map { Annotation(value: $0) },
      format: try ImageFormat(column: row["format"], "image format"), width: row["width"],
      height: row["height"], sizeBytes: row["bytes"],
      createTime: ProtoTimestamp(column: row["create_time"]), etag: revision.etag,
      labeler: revision.author, labelTime: revision.time.map(ProtoTimestamp.init))
  }

  var boxCount: Int { annotation?.value?.boxCount ?? 0 }
}

extension Annotation.Value {
  /// Nothing of an image without a label.
  init?(row: Row, _ type: ProjectType, in db: Database) throws {
    if type == .detection {
      guard row["labeled"] else { return nil }
      self = .boxes(Boxes(boxes: try DataStore.boxes(ofImage: row["id"], in: db)))
    } else {
      guard let name = row["class_name"] as String? else { return nil }
      self = .className(name)
    }
  }

  var boxCount: Int {
    switch self {
    case .className: 0
    case .boxes(let list): list.boxes.count
    }
  }
}

extension ImageFacts {
  init(row: Row) throws {
    self.init(
      format: try ImageFormat(column: row["format"], "image format"), width: row["width"],
      height: row["height"], perceptualHash: UInt64(bitPattern: row["perceptual_hash"] as Int64))
  }
}
