package import API
internal import GRDB

extension DataStore {
  /// Opens a stored object, whose length is right.
  ///
  /// - Throws: `.notFound(.object)`; `.damaged` when its file is gone or has another length.
  package func openObject(_ hash: ObjectHash) async throws -> ObjectReader {
    let bytes = try await read { db in
      try Int64.fetchOne(
        db.cachedStatement(sql: "SELECT bytes FROM object WHERE hash = ?"), arguments: [hash.hex])
    }
    guard let bytes else { throw StoreError.notFound(.object, hash.hex) }
    return try await notingDamage(of: hash) {
      try ObjectReader(path: files.path(of: hash), object: hash, bytes: UInt64(bytes))
    }
  }

  /// An image's row and its bytes, all of which have been read and are those that were stored.
  ///
  /// - Throws: `.notFound(.project)`, `.notFound(.image)`, `.damaged`.
  package func openImage(
    _ object: ObjectHash, inProject name: String, of account: AccountID
  ) async throws -> (image: Image, reader: ObjectReader) {
    let image = try await image(object, inProject: name, of: account)
    do {
      let path = files.path(of: object)
      let reader = try ObjectReader(path: path, object: object, bytes: UInt64(image.sizeBytes))
      try await reader.verify()
      return (image, reader)
    } catch let error as StoreError {
      // Deleted since the row was read? Then say so; otherwise the file is missing or damaged.
      _ = try await self.image(object, inProject: name, of: account)
      await noteDamage(error)
      throw error
    }
  }

  /// Reads the whole of a stored object; `fromDisk` passes over what memory holds of it.
  ///
  /// - Returns: its length in bytes.
  /// - Throws: `.notFound(.object)`; `.damaged` when it is not what was stored.
  @discardableResult
  package func verifyObject(_ hash: ObjectHash, fromDisk: Bool = false) async throws -> UInt64 {
    let reader = try await openObject(hash)
    if fromDisk { reader.dropCachedBytes() }
    try await notingDamage(of: hash) { try await reader.verify() }
    return reader.bytes
  }

  /// Objects that are known to be damaged.
  package func damagedObjectCount() async throws -> Int {
    try await read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM object WHERE damaged = 1") ?? 0
    }
  }

  private func notingDamage<T>(
    of hash: ObjectHash, _ body: () async throws -> T
  ) async throws -> T {
    do {
      return try await body()
    } catch let error as StoreError {
      // A file that went with its row is not damaged.
      if try await !read({ try Self.hasRow(hash, in: $0) }) {
        throw StoreError.notFound(.object, hash.hex)
      }
      await noteDamage(error)
      throw error
    }
  }

  /// Remembers that an object is damaged, so that its bytes are asked for when they come again.
  private func noteDamage(_ error: StoreError) async {
    guard case .damaged(let hash, let finding) = error else { return }
    do {
      let isNew = try await transaction(.essential) { db in
        try db.execute(
          sql: "UPDATE object SET damaged = 1 WHERE hash = ? AND damaged = 0",
          arguments: [hash.hex])
        return db.changesCount > 0
      }
      if isNew { report(.damaged(hash, finding)) }
    } catch {
      // The caller is told of the damage in any case; the next look notes it.
      report(.damaged(hash, finding))
    }
  }
}
