internal import Foundation
internal import GRDB

/// What lies in a data folder.
package struct StoreStatus: Sendable, Equatable {
  /// Files in a part of the folder.
  package struct Files: Sendable, Equatable {
    package var count: UInt64 = 0
    package var bytes: UInt64 = 0
  }

  package var folder: String
  /// Empty for a store of before version 4.
  package var store = ""
  package var changes: Int64 = 0
  /// The newest of the steps that made the tables.
  package var schema = ""
  package var counts = StoreCounts()
  /// With what waits in its WAL.
  package var databaseBytes: UInt64 = 0
  package var trash = Files()
  package var staging = Files()
  package var diskFreeBytes: UInt64 = 0
  package var diskBytes: UInt64 = 0
  package var lastBackup: LastBackup?
  /// When the folder was written, if it is a backup.
  package var madeTime: Timestamp?
}

extension StoreStatus {
  init(of files: ObjectFiles, _ database: any DatabaseReader) throws {
    folder = files.folder
    try database.read { db in
      let identity = try FolderIdentity.found(in: db)
      store = identity?.id ?? ""
      changes = identity?.changes ?? 0
      schema =
        try String.fetchOne(
          db, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier DESC LIMIT 1") ?? ""
      counts = try StoreCounts(db)
    }
    for suffix in ["", "-wal"] {
      databaseBytes += try SystemCalls.length(of: files.databasePath + suffix) ?? 0
    }
    trash = try Files(in: files.trashFolder)
    staging = try Files(in: files.stagingFolder)
    (diskFreeBytes, diskBytes) = try SystemCalls.room(files.folder)
    lastBackup = try LastBackup.read(in: files.folder)
    if let made = try BackupManifest.read(in: files.folder)?.database?.time {
      madeTime = Timestamp(unixMilliseconds: Int64(made.timeIntervalSince1970) * 1_000)
    }
  }
}

extension StoreStatus.Files {
  /// The files in a folder and in the folders in it.
  init(in folder: String) throws(StoreError) {
    for name in try SystemCalls.names(in: folder) { try add(folder + "/" + name, deeper: true) }
  }

  private mutating func add(_ path: String, deeper: Bool) throws(StoreError) {
    // What is gone meanwhile is not counted.
    guard let status = try SystemCalls.status(path) else { return }
    if status.isFolder {
      guard deeper else { return }
      for name in try SystemCalls.names(in: path) { try add(path + "/" + name, deeper: false) }
    } else {
      count += 1
      bytes += UInt64(status.st_size)
    }
  }
}

/// The last backup of a store that came to its end, noted in the store's folder for people to see.
package struct LastBackup: Sendable, Equatable, Codable {
  package var unixSeconds: Int64
  package var target: String

  private static func path(in folder: String) -> String { folder + "/last-backup.json" }

  /// - Returns: nothing if there is no readable note.
  static func read(in folder: String) throws -> LastBackup? {
    let bytes = try SystemCalls.contents(of: path(in: folder), bytesMax: 16_384)
    guard let bytes else { return nil }
    do {
      return try JSONDecoder().decode(Self.self, from: Data(bytes))
    } catch is DecodingError {
      return nil
    }
  }

  func write(in folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try SystemCalls.replaceFile(
      Self.path(in: folder), with: Array(encoder.encode(self)) + [UInt8(ascii: "\n")], in: folder)
  }
}
