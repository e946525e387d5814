internal import Foundation

/// What makes a folder a backup: which store it is of, and which database belongs into it.
struct BackupManifest: Codable, Equatable {
  /// One copy of the database.
  struct Copy: Codable, Equatable {
    var time: Date
    var changes: Int64
    var counts: StoreCounts
    var databaseBytes: UInt64
    var databaseHash: String
  }

  static let version = 1

  var version = Self.version
  /// The store's id; empty for one of before version 4.
  var store: String
  /// The database that is in place; nothing before the first backup has come to its end.
  var database: Copy?
  /// The one that is put in its place right now.
  var coming: Copy?

  /// - Returns: nothing if the folder has no manifest.
  static func read(in folder: String) throws -> BackupManifest? {
    let path = ObjectFiles(folder: folder).manifestPath
    guard SystemCalls.exists(path) else { return nil }
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    let manifest: BackupManifest
    do {
      manifest = try decoder.decode(Self.self, from: Data(contentsOf: URL(filePath: path)))
    } catch {
      throw UpkeepError.badManifest(path, reason: "it is not a manifest of a backup")
    }
    guard manifest.version <= version else {
      throw UpkeepError.badManifest(
        path, reason: "it is of version \(manifest.version); this program knows \(version)")
    }
    return manifest
  }

  /// After a power loss the folder has the manifest of before or this one.
  func write(in folder: String) throws {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    try SystemCalls.replaceFile(
      ObjectFiles(folder: folder).manifestPath, with: Array(text.utf8), in: folder)
  }

  /// The copy that lies in `folder`.
  ///
  /// - Throws: `.changedSince` when the database there is none that the manifest knows.
  func copy(in folder: String) throws -> Copy? {
    let path = ObjectFiles(folder: folder).databasePath
    guard SystemCalls.exists(path) else {
      guard database == nil else { throw UpkeepError.changedSince(folder) }
      return nil
    }
    guard try !DatabaseFile.hasLog(path) else { throw UpkeepError.changedSince(folder) }
    let buffer = ReadBuffer()
    let hash = try SystemCalls.hash(of: path, using: buffer.room).hash.hex
    guard
      let copy = [database, coming].compactMap(\.self).first(where: { $0.databaseHash == hash })
    else { throw UpkeepError.changedSince(folder) }
    return copy
  }
}
