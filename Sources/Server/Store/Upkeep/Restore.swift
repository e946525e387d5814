package import API
internal import GRDB

/// Makes a store of a backup, or of a stopped store, in an empty folder.
///
/// Its database comes last, so that a folder in which this was cut off cannot be taken for a store.
package struct Restore: Sendable {
  let source: String
  let target: String
  /// Whether what is good is restored when something in the source is not.
  let despiteFaults: Bool

  package init(from source: String, to target: String, despiteFaults: Bool = false) {
    self.source = source
    self.target = target
    self.despiteFaults = despiteFaults
  }

  /// - Throws: `UpkeepError` if either folder is refused, or the source is damaged.
  package func run(
    _ report: @escaping @Sendable (UpkeepEvent) -> Void
  ) async throws -> UpkeepCopyResult {
    try await UpkeepJob.run(report) { job in
      try StoreError.translating(in: target) { try make(job) }
    }
  }

  private func make(_ job: UpkeepJob) throws -> UpkeepCopyResult {
    try BackupTarget.checkApart(target, source)
    guard try BackupTarget.isEmpty(target) else { throw UpkeepError.notEmpty(target) }
    let store = try StoppedStore(folder: source)
    let manifest = try BackupManifest.read(in: source)
    job.begin(.databaseCheck)
    let listed = try manifest?.copy(in: source)
    let files = ObjectFiles(folder: target)
    try SystemCalls.makeFolder(target)
    let lock = try FolderLock(folder: target)
    defer { lock.release() }
    try files.makeFolders()
    let staged = files.stagingFolder + "/diyml.sqlite"
    var result = try copyDatabase(store, to: staged, listed, job)
    let snapshot = try DatabaseFile.openToRead(staged)
    // First, so that no server takes a folder in which this was cut off for a new store.
    if let identity = try snapshot.read({ try FolderIdentity.found(in: $0) }) {
      try FolderIdentityFile.write(identity, in: target)
    }
    job.begin(.objects, objects: result.objects, bytes: result.objectBytes)
    try ObjectCopying(
      objects: snapshot, source: store.files, target: files, job: job, bounds: .init()
    ).run(&result)
    try snapshot.close()
    result.faults = job.faults
    if result.faults > 0, !despiteFaults {
      throw UpkeepError.damagedSource(source, faults: result.faults)
    }
    job.begin(.disk)
    try SystemCalls.synchronizeAll(in: target)
    try SystemCalls.renameFile(staged, to: files.databasePath)
    try SystemCalls.synchronizeFolder(target)
    return result
  }

  /// Copies the database to staging and checks it there, whole.
  private func copyDatabase(
    _ store: StoppedStore, to staged: String, _ listed: BackupManifest.Copy?, _ job: UpkeepJob
  ) throws -> UpkeepCopyResult {
    let (counts, findings, store) = try DatabaseFile.copy(store.database(), to: staged) { db in
      (
        try StoreCounts(db), try DatabaseCheck.findings(in: db),
        try FolderIdentity.found(in: db)?.id ?? ""
      )
    }
    for finding in findings { job.found(UpkeepFault(.database, finding)) }
    if let listed, listed.counts != counts {
      job.found(UpkeepFault(.counter, "the manifest lists other counts than the database has"))
    }
    let buffer = ReadBuffer()
    let (hash, bytes) = try SystemCalls.hash(of: staged, using: buffer.room)
    return UpkeepCopyResult(
      target: target, store: store, objects: counts.objects, objectBytes: counts.objectBytes,
      databaseBytes: bytes, databaseHash: hash.hex)
  }
}
