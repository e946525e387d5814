internal import API
internal import GRDB

// Removing all classes of a project touches each of its images. It is decided in one transaction,
// which marks the project, and carried out in many short ones, so that nobody else waits for it.
// Whoever asks for a marked project first finishes the removal: so it looks done as soon as it is
// decided, also when its caller or the server has gone away meanwhile.

/// Thrown where a project is looked up whose classes are still being removed.
struct ClassesBeingRemoved: Error {
  let project: ProjectID

  /// - Throws: itself when the row of a project says so.
  static func check(_ row: Row) throws {
    if row["removing_classes"] as Bool { throw ClassesBeingRemoved(project: ProjectID(row["id"])) }
  }
}

extension DataStore {
  /// Does what `body` does, after the removal that it meets, if it meets one.
  func finishingClassRemovals<T>(_ body: () async throws -> T) async throws -> T {
    while true {
      do {
        return try await body()
      } catch let removal as ClassesBeingRemoved {
        try await finishClassRemoval(of: removal.project)
      }
    }
  }

  /// Finishes what a crash or a caller that went away has left half done.
  package func finishClassRemovals() async throws {
    let projects = try await read { db in
      try Int64.fetchAll(db, sql: "SELECT id FROM project WHERE removing_classes = 1")
    }
    for project in projects { try await finishClassRemoval(of: ProjectID(project)) }
  }

  /// Goes on behind the image of that number.
  func finishClassRemoval(of project: ProjectID, after image: Int64 = 0) async throws {
    var batches = Batches(atMost: limits.batchRowsMax)
    var next: Int64? = image
    while let image = next {
      next = try await batches.next(.essential, in: self) { rowsMax, db in
        try Self.removeClassesFurther(of: project, after: image, rowsMax: rowsMax, in: db)
      }
    }
  }

  /// Goes through the images in the order of their numbers, which is that of the table: so few pages
  /// change.
  ///
  /// - Returns: behind which image to go on; nothing when all is done.
  static func removeClassesFurther(
    of project: ProjectID, after image: Int64 = 0, rowsMax: Int, in db: Database
  ) throws -> Int64? {
    let kind = try Int64.fetchOne(
      db, sql: "SELECT kind FROM project WHERE id = ? AND removing_classes = 1",
      arguments: [project.rawValue])
    guard let kind else { return nil }
    let images = try Int64.fetchAll(
      db.cachedStatement(
        sql: "SELECT id FROM data_point WHERE project = ? AND id > ? ORDER BY id LIMIT ?"),
      arguments: [project.rawValue, image, rowsMax])
    let done =
      try ProjectType(column: kind, "project kind") == .detection
      ? removeBoxes(of: images, rowsMax: rowsMax, in: db) : removeClassNames(of: images, in: db)
    if done < images.count { return images[done - 1] }
    if images.count == rowsMax { return images.last }
    try db.execute(sql: "DELETE FROM class WHERE project = ?", arguments: [project.rawValue])
    try db.execute(
      sql: "UPDATE project SET removing_classes = 0 WHERE id = ?", arguments: [project.rawValue])
    return nil
  }

  /// - Returns: of how many images.
  private static func removeClassNames(of images: [Int64], in db: Database) throws -> Int {
    let removal = try db.cachedStatement(
      sql: """
        UPDATE data_point SET labeled = 0, class = NULL WHERE id = ? AND class IS NOT NULL
        """)
    for image in images { try removal.execute(arguments: [image]) }
    return images.count
  }

  /// Image by image, so that an image loses its label together with its boxes.
  ///
  /// - Returns: of how many images, fewer than all when they have many boxes.
  private static func removeBoxes(
    of images: [Int64], rowsMax: Int, in db: Database
  ) throws -> Int {
    let removal = try db.cachedStatement(sql: "DELETE FROM box WHERE data_point = ?")
    let unlabel = try db.cachedStatement(sql: "UPDATE data_point SET labeled = 0 WHERE id = ?")
    var rows = 0
    for (index, image) in images.enumerated() {
      try removal.execute(arguments: [image])
      guard db.changesCount > 0 else { continue }
      rows += 1 + db.changesCount
      try unlabel.execute(arguments: [image])
      if rows >= rowsMax { return index + 1 }
    }
    return images.count
  }
}
