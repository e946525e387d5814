internal import API
internal import Foundation
internal import GRDB
internal import Synchronization

/// Copies a store as it is at one instant to a folder that is a store as well.
struct Backup {
  let source: UpkeepSource
  let target: String
  let now: Timestamp
  let job: UpkeepJob
  var bounds = ObjectCopier.Bounds()

  /// Until this returns, no object that a snapshot of the source refers to may go.
  ///
  /// - Throws: `UpkeepError` if the target is refused.
  func make() throws -> UpkeepCopyResult {
    let store = try source.database.read { try FolderIdentity.found(in: $0)?.id ?? "" }
    let target = try BackupTarget(folder: target, of: store, in: source.files.folder)
    job.begin(.database)
    let copy = try copyDatabase(to: target.stagedDatabase)
    let snapshot = try DatabaseFile.openToRead(target.stagedDatabase)
    var report = UpkeepCopyResult(
      target: target.files.folder, store: store, objects: copy.counts.objects,
      objectBytes: copy.counts.objectBytes, databaseBytes: copy.databaseBytes,
      databaseHash: copy.databaseHash)
    job.begin(.objects, objects: copy.counts.objects, bytes: copy.counts.objectBytes)
    let copying = ObjectCopying(
      objects: snapshot, source: source.files, target: target.files, job: job, bounds: bounds)
    try copying.run(&report)
    job.begin(.disk)
    try SystemCalls.synchronizeAll(in: target.files.folder)
    try target.replaceDatabase(with: copy)
    report.trashed = try trashUnknown(snapshot, in: target.files)
    try snapshot.close()
    report.faults = job.faults
    return report
  }

  private func copyDatabase(to path: String) throws -> BackupManifest.Copy {
    let (counts, changes) = try DatabaseFile.copy(source.database, to: path) { db in
      (try StoreCounts(db), try FolderIdentity.found(in: db)?.changes ?? 0)
    }
    try job.checkCancellation()
    let buffer = ReadBuffer()
    let (hash, bytes) = try SystemCalls.hash(of: path, using: buffer.room)
    return BackupManifest.Copy(
      time: Date(timeIntervalSince1970: Double(now.unixMilliseconds / 1_000)), changes: changes,
      counts: counts, databaseBytes: bytes, databaseHash: hash.hex)
  }

  /// Moves objects that the target has from before, and no row knows now, to its trash.
  private func trashUnknown(_ snapshot: any DatabaseReader, in files: ObjectFiles) throws -> UInt64
  {
    var trashed: UInt64 = 0
    for byte in UInt8.min...UInt8.max {
      try job.checkCancellation()
      let found = try files.hashes(inOuterFolder: byte)
      if found.isEmpty { continue }
      let known = Set(
        try snapshot.read { try ObjectEntry.fetch(inOuterFolder: byte, $0) }.map(\.hash))
      for hash in found where !known.contains(hash) {
        if try files.moveToTrash(hash, on: now.day) { trashed += 1 }
      }
    }
    return trashed
  }
}

extension DatabaseFile {
  /// Copies a whole database as it is at one instant; writers of the source do not wait.
  ///
  /// The copy needs no file beside it and is not safe on the disk yet. `look` gets to see it.
  static func copy<Result>(
    _ source: any DatabaseReader, to path: String, _ look: (Database) throws -> Result
  ) throws -> Result {
    for suffix in ["", "-wal", "-shm", "-journal"] { try SystemCalls.removeFile(path + suffix) }
    try SystemCalls.makeFile(path)
    var configuration = Configuration()
    configuration.label = "diyml.copy"
    let copy = try DatabaseQueue(path: path, configuration: configuration)
    try copy.writeWithoutTransaction { db in
      // A copy that is cut off is thrown away.
      try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
    }
    try source.backup(to: copy)
    try copy.close()
    let settled = try DatabaseQueue(path: path, configuration: configuration)
    let result = try settled.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF")
      // Nobody has it open, whatever is true of the source.
      if try db.tableExists("store") { try db.execute(sql: "UPDATE store SET is_open = 0") }
      return try look(db)
    }
    try settled.close()
    return result
  }
}

/// Copies the objects of a database from one folder to another that lacks them.
struct ObjectCopying {
  let objects: any DatabaseReader
  let source: ObjectFiles
  let target: ObjectFiles
  let job: UpkeepJob
  let bounds: ObjectCopier.Bounds

  func run(_ report: inout UpkeepCopyResult) throws {
    let done = Mutex((copied: UInt64(0), bytes: UInt64(0), cloned: UInt64(0)))
    let waiting = Mutex<[ObjectEntry]>([])
    try job.forEachFolder { next in
      let copier = ObjectCopier(from: source, to: target, bounds: bounds)
      while let byte = try next() {
        for object in try objects.read({ try ObjectEntry.fetch(inOuterFolder: byte, $0) }) {
          try job.checkCancellation()
          defer { job.advance(objects: 1) }
          if try target.has(object) {
            job.advance(bytes: object.bytes)
            continue
          }
          let outcome = try copier.copy(object) { job.advance(bytes: $0) }
          switch outcome {
          case .cloned, .copied:
            done.withLock { done in
              done.copied += 1
              done.bytes += object.bytes
              if case .cloned = outcome { done.cloned += 1 }
            }
          case .fault(let kind, let detail):
            let fault = UpkeepFault(kind, detail, object: object.hash)
            job.found(try objects.read { try fault.withUser(in: $0) })
          }
        }
      }
      let left = copier.takeWaiting()
      waiting.withLock { $0 += left }
    }
    try ObjectCopier(from: source, to: target, bounds: bounds)
      .finish(with: waiting.withLock { $0 })
    (report.copied, report.copiedBytes, report.cloned) = done.withLock { $0 }
  }
}
