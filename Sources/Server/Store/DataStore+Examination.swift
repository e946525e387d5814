package import API
internal import GRDB
internal import Threads

extension DataStore {
  /// Lets `body` look at all of a project's images, as they are at one instant.
  ///
  /// It runs on a thread of its own, may take long, and never has more than a few rows in memory.
  /// Nothing that is written meanwhile waits for it.
  ///
  /// - Throws: `.notFound` when the account has no project of that name.
  package func examine<Result: Sendable>(
    project name: String, of account: AccountID,
    _ body: @escaping @Sendable (ProjectExamination) throws -> Result
  ) async throws -> Result {
    let (database, folder) = (self.database, files.folder)
    return try await finishingClassRemovals {
      try await examinationThreads.run { check in
        try StoreError.translating(in: folder) {
          try database.read { db in
            let project = try Self.project(named: name, of: account, in: db)
            return try body(ProjectExamination(of: project, in: db, check: check))
          }
        }
      }
    }
  }
}

/// The threads on which whole projects are read, one project on each at a time.
///
/// Such a read may take seconds, so it must hold up neither calls, which share a few threads, nor
/// all of the database's readers. It gives way to calls, but not to uploads and trainings.
private let examinationThreads = WorkerThreads(
  WorkerThreads.Configuration(name: "diyml.examine", count: 2, nice: 10))

/// A project as it is at one instant, with its images one after the other.
package struct ProjectExamination {
  package let project: Project
  package let boxCount: UInt64
  /// Throws `CancellationError` once nobody waits for the result any more; for what takes long.
  package let check: @Sendable () throws -> Void
  let id: ProjectID
  private let db: Database

  /// Rows between two calls of `check`.
  private static let checkedRows = 4_096

  init(of record: ProjectRecord, in db: Database, check: @escaping @Sendable () throws -> Void) {
    (id, project, boxCount) = (record.id, record.message, record.boxCount)
    self.db = db
    self.check = check
  }

  /// Hands over each image in the order of their first upload.
  package func forEachImage(
    onlyLabeled: Bool = false, _ body: (borrowing ExaminedImage) throws -> Void
  ) throws {
    let places = Dictionary(
      uniqueKeysWithValues: project.classes.enumerated().map { (Int64($1.id), Int32($0)) })
    let rows = try Row.fetchCursor(
      db, sql: onlyLabeled ? Self.labeledImages : Self.allImages,
      arguments: [id.rawValue])
    var boxes = try project.type == .detection ? BoxRows(of: id, places, in: db) : nil
    var image = ExaminedImage(type: project.type)
    var count = 0
    while let row = try rows.next() {
      try image.take(row, places)
      try boxes?.move(to: row[0], into: &image.boxes)
      try body(image)
      count += 1 + image.boxes.count
      if count > Self.checkedRows {
        count = 0
        try check()
      }
    }
  }

  /// The hashes of some images, by the ids that were handed over.
  package func objects(ofImages ids: [Int64]) throws -> [ObjectHash] {
    let statement = try db.makeStatement(sql: "SELECT object FROM data_point WHERE id = ?")
    return try ids.map { id in
      guard let object = try String.fetchOne(statement, arguments: [id]) else {
        throw StoreError.notFound(.image, "row \(id)")
      }
      return ObjectHash(column: object)
    }
  }

  /// The length of all images' files.
  package func bytes() throws -> UInt64 {
    try DataStore.count(
      db, "SELECT byte_count FROM project WHERE id = ?", [id.rawValue])
  }

  private static let columns = """
    SELECT id, labeled, class, width, height, perceptual_hash, object FROM data_point
    """
  static let allImages = columns + " WHERE project = ? ORDER BY id"
  static let labeledImages = columns + " WHERE project = ? AND labeled = 1 ORDER BY id"
}

/// One image of a project that is examined.
package struct ExaminedImage: ~Copyable {
  /// Grows with each first upload.
  package private(set) var id: Int64 = 0
  package private(set) var isLabeled = false
  /// The place of its class in the project's list, from 0; nothing in a detection project.
  package private(set) var classPlace: Int32?
  /// None in a classification project.
  package fileprivate(set) var boxes: [EngineBox] = []
  /// Pixels, after EXIF rotation.
  package private(set) var width: Int32 = 0
  package private(set) var height: Int32 = 0
  package private(set) var perceptualHash: UInt64 = 0
  private let type: ProjectType
  private var row = Row()

  fileprivate init(type: ProjectType) { self.type = type }

  package var object: ObjectHash { ObjectHash(column: row[6]) }

  /// What is to be learned of it; nothing of an image without a label.
  package var label: TrainingExample.Label? {
    type == .detection
      ? (isLabeled ? .boxes(boxes) : nil) : classPlace.map { .classIndex($0) }
  }

  fileprivate mutating func take(_ row: Row, _ places: [Int64: Int32]) throws {
    self.row = row
    id = row[0]
    isLabeled = row[1]
    classPlace = (row[2] as Int64?).flatMap { places[$0] }
    width = row[3]
    height = row[4]
    perceptualHash = UInt64(bitPattern: row[5] as Int64)
  }
}

/// The boxes of a project's images, in the order of the images.
private struct BoxRows {
  private let rows: RowCursor
  private let places: [Int64: Int32]
  private var next: (image: Int64, box: EngineBox)?

  init(of project: ProjectID, _ places: [Int64: Int32], in db: Database) throws {
    self.places = places
    rows = try Row.fetchCursor(
      db, sql: ProjectExamination.allBoxes, arguments: [project.rawValue])
    try advance()
  }

  /// Puts the boxes of an image in the place of those of an earlier one.
  mutating func move(to image: Int64, into boxes: inout [EngineBox]) throws {
    boxes.removeAll(keepingCapacity: true)
    while let (owner, box) = next, owner <= image {
      if owner == image { boxes.append(box) }
      try advance()
    }
  }

  private mutating func advance() throws {
    next = nil
    // A box of an unknown class would break a foreign key.
    while let row = try rows.next() {
      guard let place = places[row[1]] else { continue }
      next = (
        row[0],
        EngineBox(classIndex: place, xMin: row[2], yMin: row[3], xMax: row[4], yMax: row[5])
      )
      return
    }
  }
}

extension ProjectExamination {
  /// The outer loop must be that over the images: then no row has to be sorted.
  static let allBoxes = """
    SELECT box.data_point, box.class, box.x_min, box.y_min, box.x_max, box.y_max
    FROM data_point CROSS JOIN box ON box.data_point = data_point.id
    WHERE data_point.project = ?
    ORDER BY data_point.id, box.position
    """
}
