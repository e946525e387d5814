package import API
internal import GRDB

/// What can be done with a whole store, served or stopped.
package protocol WholeStore: Sendable {
  /// Copies the store as it is at one instant to a folder that is a store as well.
  ///
  /// What the folder has from an earlier backup is not copied again.
  func backup(
    to target: String, at now: Timestamp, _ report: @escaping @Sendable (UpkeepEvent) -> Void
  ) async throws -> UpkeepCopyResult

  /// Reads everything and says what is wrong; `repair` puts right what can be.
  func verify(
    repair: RepairRequest?, _ report: @escaping @Sendable (UpkeepEvent) -> Void
  ) async throws -> UpkeepVerifyResult

  /// What the folder holds, without `serverProcess`.
  func status() async throws -> UpkeepStatusResponse

  /// What has lain in trash for more than some days, the oldest first; removed for good if asked to.
  func removeTrash(
    olderThan days: Int, at now: Timestamp, dryRun: Bool
  ) async throws -> [UpkeepGcResponse.Day]
}

/// What a repair may use.
package struct RepairRequest: Sendable {
  /// The folder of a backup that objects are taken from.
  package var backup: String?
  package var now: Timestamp

  package init(from backup: String?, at now: Timestamp) {
    self.backup = backup
    self.now = now
  }

  func repair(_ source: UpkeepSource) throws -> StoreRepair {
    guard let writer = source.writer else {
      preconditionFailure("a folder that is only read is to be repaired")
    }
    if let backup {
      try BackupTarget.checkApart(backup, source.files.folder)
      guard SystemCalls.exists(ObjectFiles(folder: backup).objectsFolder) else {
        throw UpkeepError.noStore(backup)
      }
    }
    return StoreRepair(
      files: source.files, writer: writer, backup: backup.map(ObjectFiles.init), now: now)
  }
}

extension DataStore: WholeStore {
  private var source: UpkeepSource {
    UpkeepSource(files: files, database: database, writer: database)
  }

  package func backup(
    to target: String, at now: Timestamp, _ report: @escaping @Sendable (UpkeepEvent) -> Void
  ) async throws -> UpkeepCopyResult {
    try await keepingObjects {
      try await source.backup(to: target, at: now, report)
    }
  }

  package func verify(
    repair: RepairRequest?, _ report: @escaping @Sendable (UpkeepEvent) -> Void
  ) async throws -> UpkeepVerifyResult {
    try await keepingObjects {
      // A connection of its own, whose statements end when the work is cancelled.
      let reader =
        database is DatabasePool ? try DatabaseFile.openBesideServer(files.databasePath) : nil
      let source = UpkeepSource(
        files: files, database: reader ?? database, writer: database)
      return try await UpkeepJob.run(report, interrupting: { reader?.interrupt() }) { job in
        try StoreError.translating(in: self.files.folder) {
          try Verification(
            files: source.files, source: source, repair: repair?.repair(source), job: job
          ).run()
        }
      }
    }
  }

  package func status() async throws -> UpkeepStatusResponse { try await source.status() }

  package func removeTrash(
    olderThan days: Int, at now: Timestamp, dryRun: Bool
  ) async throws -> [UpkeepGcResponse.Day] {
    try await files.removeTrash(olderThan: days, at: now, dryRun: dryRun)
  }
}

extension StoppedStore: WholeStore {
  package func backup(
    to target: String, at now: Timestamp, _ report: @escaping @Sendable (UpkeepEvent) -> Void
  ) async throws -> UpkeepCopyResult {
    try await source().backup(to: target, at: now, report)
  }

  /// A database that cannot be opened is a fault; files are judged by their names then.
  package func verify(
    repair: RepairRequest?, _ report: @escaping @Sendable (UpkeepEvent) -> Void
  ) async throws -> UpkeepVerifyResult {
    try await UpkeepJob.run(report, interrupting: { self.interrupt() }) { job in
      try StoreError.translating(in: self.files.folder) {
        var source: UpkeepSource?
        do {
          source = try self.source()
        } catch let error as UpkeepError {
          job.found(UpkeepFault(.database, "\(error)"))
        }
        let repair = try source.flatMap { source in try repair?.repair(source) }
        return try Verification(files: self.files, source: source, repair: repair, job: job).run()
      }
    }
  }

  package func status() async throws -> UpkeepStatusResponse { try await source().status() }

  package func removeTrash(
    olderThan days: Int, at now: Timestamp, dryRun: Bool
  ) async throws -> [UpkeepGcResponse.Day] {
    try await files.removeTrash(olderThan: days, at: now, dryRun: dryRun)
  }
}

extension UpkeepSource {
  func backup(
    to target: String, at now: Timestamp, bounds: ObjectCopier.Bounds = .init(),
    _ report: @escaping @Sendable (UpkeepEvent) -> Void
  ) async throws -> UpkeepCopyResult {
    try await UpkeepJob.run(report) { job in
      try StoreError.translating(in: self.files.folder) {
        let copied = try Backup(
          source: self, target: target, now: now, job: job, bounds: bounds
        ).make()
        // A folder that cannot be written to can be backed up all the same.
        do {
          try LastBackup(
            unixSeconds: now.unixMilliseconds / 1_000, target: SystemCalls.resolved(target)
          ).write(in: files.folder)
        } catch is StoreError {}
        return copied
      }
    }
  }

  func status() async throws -> UpkeepStatusResponse {
    try await UpkeepJob.run({ _ in }) { _ in
      try StoreError.translating(in: self.files.folder) {
        try UpkeepStatusResponse(of: files, database)
      }
    }
  }
}

extension ObjectFiles {
  fileprivate func removeTrash(
    olderThan days: Int, at now: Timestamp, dryRun: Bool
  ) async throws -> [UpkeepGcResponse.Day] {
    try await UpkeepJob.run({ _ in }) { job in
      let due = try oldTrash(days: days, at: now).map { day in
        let size = try FolderSize(trashFolder + "/" + day)
        return UpkeepGcResponse.Day(day: day, files: size.files, bytes: size.bytes)
      }
      for day in due where !dryRun {
        try job.checkCancellation()
        _ = try removeTrash([day.day])
      }
      return due
    }
  }
}
