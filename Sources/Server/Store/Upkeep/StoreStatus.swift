internal import API
internal import Foundation
internal import GRDB

extension UpkeepStatusResponse {
  /// What a data folder holds; `serverProcess` is left to the caller.
  init(of files: ObjectFiles, _ database: any DatabaseReader) throws {
    self.init(folder: files.folder)
    try database.read { db in
      let identity = try FolderIdentity.found(in: db)
      store = identity?.id ?? ""
      changes = UInt64(clamping: identity?.changes ?? 0)
      schema =
        try String.fetchOne(
          db, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier DESC LIMIT 1") ?? ""
      let counts = try StoreCounts(db)
      (accounts, projects, images) = (counts.accounts, counts.projects, counts.images)
      (trainings, models) = (counts.trainings, counts.models)
      (objects, objectBytes) = (counts.objects, counts.objectBytes)
    }
    // With what waits in its WAL.
    for suffix in ["", "-wal"] {
      databaseBytes += try SystemCalls.length(of: files.databasePath + suffix) ?? 0
    }
    let (trash, staging) = try (FolderSize(files.trashFolder), FolderSize(files.stagingFolder))
    (trashFiles, trashBytes) = (trash.files, trash.bytes)
    (stagingFiles, stagingBytes) = (staging.files, staging.bytes)
    if let disk = DiskSpace(at: files.folder) {
      (diskFreeBytes, diskBytes) = (disk.left, disk.total)
    }
    if let backup = try LastBackup.read(in: files.folder) {
      (backupTime, backupTarget) = (backup.unixSeconds, backup.target)
    }
    if let made = try BackupManifest.read(in: files.folder)?.database?.time {
      madeTime = Int64(made.timeIntervalSince1970)
    }
  }
}

/// How many files there are in a folder and in the folders in it, and how large they are together.
struct FolderSize {
  private(set) var files: UInt64 = 0
  private(set) var bytes: UInt64 = 0

  init(_ folder: String) throws(StoreError) {
    for name in try SystemCalls.names(in: folder) { try add(folder + "/" + name, deeper: true) }
  }

  private mutating func add(_ path: String, deeper: Bool) throws(StoreError) {
    // What is gone meanwhile is not counted.
    guard let status = try SystemCalls.status(path) else { return }
    if status.isFolder {
      guard deeper else { return }
      for name in try SystemCalls.names(in: path) { try add(path + "/" + name, deeper: false) }
    } else {
      files += 1
      bytes += UInt64(status.st_size)
    }
  }
}

/// The last backup of a store that came to its end, noted in the store's folder for people to see.
struct LastBackup: Codable {
  var unixSeconds: Int64
  var target: String

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
