internal import API
internal import GRDB

/// An object that is not as it was stored.
struct BrokenObject: Sendable {
  let entry: ObjectEntry
  let kind: UpkeepFaultKind
  var detail: String
}

/// Puts right in a store what can be put right.
struct StoreRepair: Sendable {
  let files: ObjectFiles
  let writer: any DatabaseWriter
  /// Where good copies of objects are; nothing if there are none.
  let backup: ObjectFiles?
  let now: Timestamp

  /// Takes objects from the backup, if it has them and they are good there, and moves damaged files
  /// aside in any case.
  ///
  /// - Returns: those that are good now.
  func putBack(_ broken: [BrokenObject]) throws -> Set<ObjectHash> {
    guard !broken.isEmpty else { return [] }
    var healed: Set<ObjectHash> = []
    if let backup {
      let copier = ObjectCopier(from: backup, to: files) { object, staged in
        if try place(object, staged) { healed.insert(object.hash) }
      }
      for object in broken { _ = try copier.copy(object.entry) { _ in } }
      try copier.finish()
    }
    for object in broken where object.kind == .damaged && !healed.contains(object.entry.hash) {
      try setAside(object.entry.hash)
    }
    return healed
  }

  /// With the writer held, so that no upload of the same bytes comes in between.
  private func place(_ object: ObjectEntry, _ staged: String) throws -> Bool {
    try writer.writeWithoutTransaction { db in
      guard try DataStore.hasRow(object.hash, in: db) else {
        try SystemCalls.removeFile(staged)
        return false
      }
      try files.moveToTrash(object.hash, on: now.day, suffix: ".damaged")
      try files.makePlace(for: object.hash)
      try SystemCalls.renameFile(staged, to: files.path(of: object.hash))
      try SystemCalls.synchronizeFolder(files.innerFolder(of: object.hash))
      try mark(object.hash, isDamaged: false, in: db)
      return true
    }
  }

  private func setAside(_ hash: ObjectHash) throws {
    try writer.writeWithoutTransaction { db in
      try files.moveToTrash(hash, on: now.day, suffix: ".damaged")
      try mark(hash, isDamaged: true, in: db)
    }
  }

  private func mark(_ hash: ObjectHash, isDamaged: Bool, in db: Database) throws {
    guard try db.columns(in: "object").contains(where: { $0.name == "damaged" }) else { return }
    try db.execute(
      sql: "UPDATE object SET damaged = ?1 WHERE hash = ?2 AND damaged <> ?1",
      arguments: [isDamaged, hash.hex])
  }

  /// - Returns: whether there was a file.
  func trash(_ hash: ObjectHash) throws -> Bool { try files.moveToTrash(hash, on: now.day) }

  func recount(_ counter: KeptCounter) throws {
    try writer.write { try counter.recount(in: $0) }
  }
}
