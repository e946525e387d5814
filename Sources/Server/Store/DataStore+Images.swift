package import API
internal import GRDB

extension DataStore {
  /// Begins a new object of up to any size; see `StagingWriter`.
  ///
  /// - Throws: `.fault(.full)` when the bytes would not leave the reserve free.
  package func stage(bytes: UInt64 = 0) throws -> StagingWriter {
    try space.admit(bytes)
    return StagingWriter(try files.stage(), space: space)
  }

  /// Begins a new object that another process writes; see `StagingSlot`.
  ///
  /// - Throws: `.fault(.full)` when only the reserve is left.
  package func stageSlot() throws -> StagingSlot {
    try space.admit(0)
    return StagingSlot(try files.stage(), space: space)
  }

  /// Begins a new object whose bytes come over the network; see `UploadWriter`.
  package func stageUpload(bytes: UInt64) throws -> UploadWriter {
    UploadWriter(try stage(bytes: bytes))
  }

  /// Stages an object that is in memory already.
  package func stage(_ bytes: [UInt8]) throws -> StagedObject {
    var writer = try stage(bytes: UInt64(bytes.count))
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

  /// Refuses what `putImage` would refuse as things are now, so that no work is done for it.
  ///
  /// - Throws: `.notFound(.project)`, `.unknownClass`, `.wrongAnnotation`, `.limit` past
  ///   `projectImagesMax`.
  package func checkImage(
    _ object: ObjectHash, annotation: Annotation.Value?, inProject name: String,
    of account: AccountID
  ) async throws {
    try await read { db in
      let project = try Self.projectID(named: name, of: account, in: db)
      let present = try Self.rowID(of: object, in: project.id, db)
      if present == nil { try self.requireRoom(in: project.id, db) }
      try Self.check(annotation, for: project, in: db)
    }
  }

  /// Stores an image with its annotation.
  ///
  /// One that the project has keeps its place and name, and its annotation unless that is to be
  /// replaced by a new one.
  ///
  /// - Throws: `.notFound(.project)`, `.unknownClass`, `.wrongAnnotation`, `.limit` past
  ///   `projectImagesMax` or `projectBoxesMax`.
  package func putImage(
    _ staged: StagedObject, image facts: ImageFacts, annotation: Annotation.Value?,
    replacing: Bool = false, fileName: String,
    inProject name: String, of account: AccountID, at now: Timestamp,
    keeping answer: PendingResponse<StoredImage>? = nil
  ) async throws -> StoredImage {
    try await transaction(adopting: staged) { db in
      let project = try Self.projectID(named: name, of: account, in: db)
      let present = try Self.annotated(staged.hash, in: project.id, db)
      if present == nil {
        try self.insertImage(
          staged.hash, image: facts, fileName: fileName, project: project.id, in: db, at: now)
      }
      let id = present?.id ?? db.lastInsertedRowID
      let keeps = annotation != nil && present?.isLabeled == true && !replacing
      if let annotation, !keeps {
        let change = try Change(of: project.id, by: account, at: now, in: db)
        try self.annotate(id, with: annotation, project: project, by: change, in: db)
      }
      let image = try Self.image(staged.hash, of: project, in: db)
      let stored = StoredImage(
        image: image, isNew: present == nil,
        keptAnnotation: keeps && image.annotation?.value != annotation)
      try self.keep(answer, stored, of: account, in: db)
      return stored
    }
  }

  /// - Throws: `.notFound(.project)`, `.notFound(.image)`.
  package func image(
    _ object: ObjectHash, inProject name: String, of account: AccountID
  ) async throws -> Image {
    try await read { db in
      try Self.image(object, of: Self.projectID(named: name, of: account, in: db), in: db)
    }
  }

  /// What a project has of each of some images.
  ///
  /// - Returns: as many findings as `objects`, or fewer, of the first of them, when those have more
  ///   than `pagePartsMax` boxes; never none of some.
  /// - Throws: `.notFound(.project)`.
  package func findImages(
    _ objects: [ObjectHash], inProject name: String, of account: AccountID
  ) async throws -> [ImageFinding] {
    let partsMax = limits.pagePartsMax
    return try await read { db in
      let project = try Self.projectID(named: name, of: account, in: db)
      var findings: [ImageFinding] = []
      var parts = 0
      for object in objects {
        let finding = try Self.find(object, of: project, in: db)
        if case .stored(let annotation?, _) = finding { parts += annotation.boxCount }
        guard parts <= partsMax || findings.isEmpty else { break }
        findings.append(finding)
      }
      return findings
    }
  }

  /// - Throws: `.notFound(.project)`, `.notFound(.image)`.
  package func deleteImage(
    _ object: ObjectHash, inProject name: String, of account: AccountID,
    keeping answer: PendingResponse<Void>? = nil
  ) async throws {
    try await transaction(.essential) { db in
      let project = try Self.projectID(named: name, of: account, in: db).id
      try db.execute(
        sql: "DELETE FROM data_point WHERE project = ? AND object = ?",
        arguments: [project.rawValue, object.hex])
      guard db.changesCount > 0 else { throw StoreError.notFound(.image, object.hex) }
      try self.keep(answer, (), of: account, in: db)
    }
  }

  /// Replaces an image's annotation; without one the image becomes unlabeled.
  ///
  /// `etag` is that of the image as the caller has read it; an empty one takes any.
  ///
  /// - Throws: `.notFound`, `.changed`, `.unknownClass`, `.wrongAnnotation`, `.limit` past
  ///   `projectBoxesMax`.
  package func setAnnotation(
    _ object: ObjectHash, annotation: Annotation.Value?, inProject name: String,
    of account: AccountID, etag: String = "", at now: Timestamp,
    keeping answer: PendingResponse<Image>? = nil
  ) async throws -> Image {
    try await transaction { db in
      let project = try Self.projectID(named: name, of: account, in: db)
      guard let present = try Self.annotated(object, in: project.id, db) else {
        throw StoreError.notFound(.image, object.hex)
      }
      try present.revision.require(etag, of: .image, object.hex)
      let change = try Change(of: project.id, by: account, at: now, in: db)
      try self.annotate(present.id, with: annotation, project: project, by: change, in: db)
      let image = try Self.image(object, of: project, in: db)
      try self.keep(answer, image, of: account, in: db)
      return image
    }
  }
}
