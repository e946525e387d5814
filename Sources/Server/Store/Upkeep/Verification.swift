package import API
internal import GRDB

extension UpkeepVerifyResult {
  /// Whether all that was wrong is right now.
  package var isSound: Bool { faults == repaired }
}

/// Reads everything a store has and says what is not as it should be.
struct Verification: Sendable {
  let files: ObjectFiles
  /// Nothing when the database cannot be opened; then files are judged by their names alone.
  let source: UpkeepSource?
  /// Nothing only looks.
  let repair: StoreRepair?
  let job: UpkeepJob

  /// Until this returns no object of a row may go.
  func run() throws -> UpkeepVerifyResult {
    job.begin(.databaseCheck)
    var total: (objects: UInt64, bytes: UInt64) = (0, 0)
    if let source {
      try checkDatabase(source.database)
      try checkCounters(source)
      total = try reading(source.database, ObjectEntry.total) ?? (0, 0)
    }
    try job.checkCancellation()
    job.begin(.objectCheck, objects: total.objects, bytes: total.bytes)
    try job.forEachFolder { next in
      let check = ObjectCheck(of: files)
      while let byte = try next() { try checkObjects(inOuterFolder: byte, check) }
    }
    return UpkeepVerifyResult(
      objects: total.objects, objectBytes: total.bytes, faults: job.faults, repaired: job.repaired)
  }

  private func checkDatabase(_ database: any DatabaseReader) throws {
    for finding in try reading(database, DatabaseCheck.findings) ?? [] {
      job.found(UpkeepFault(.database, finding))
    }
    for finding in try reading(database, DatabaseCheck.danglingReferences) ?? [] {
      job.found(UpkeepFault(.reference, finding))
    }
  }

  private func checkCounters(_ source: UpkeepSource) throws {
    for counter in KeptCounter.all {
      try job.checkCancellation()
      let faults = try reading(source.database, counter.faults)
      guard let faults, !faults.isEmpty else { continue }
      if let repair { try repair.recount(counter) }
      for var fault in faults {
        fault.repaired = repair != nil
        job.found(fault)
      }
    }
  }

  private func checkObjects(inOuterFolder byte: UInt8, _ check: borrowing ObjectCheck) throws {
    let entries = try source.flatMap { source in
      try reading(source.database) { try ObjectEntry.fetch(inOuterFolder: byte, $0) }
    }
    let found = try files.hashes(inOuterFolder: byte)
    guard let entries else {
      for hash in found { try checkByName(hash, check) }
      return
    }
    var broken: [BrokenObject] = []
    for entry in entries {
      try job.checkCancellation()
      var read: UInt64 = 0
      let finding = check.finding(of: entry.hash, bytes: entry.bytes) {
        read += $0
        job.advance(bytes: $0)
      }
      job.advance(objects: 1, bytes: entry.bytes - min(read, entry.bytes))
      guard let finding else { continue }
      broken.append(BrokenObject(entry: entry, kind: finding.kind, detail: finding.detail))
    }
    let healed = try repair?.putBack(broken) ?? []
    for object in broken {
      var fault = UpkeepFault(object.kind, object.detail, object: object.entry.hash)
      if let source {
        fault = try reading(source.database) { try fault.withUser(in: $0) } ?? fault
      }
      fault.repaired = healed.contains(object.entry.hash)
      job.found(fault)
    }
    let known = Set(entries.map(\.hash))
    for hash in found where !known.contains(hash) { try checkUnknown(hash) }
  }

  private func checkByName(_ hash: ObjectHash, _ check: borrowing ObjectCheck) throws {
    try job.checkCancellation()
    let finding = check.finding(of: hash, bytes: nil) { job.advance(bytes: $0) }
    job.advance(objects: 1)
    if let finding {
      job.found(UpkeepFault(finding.kind, finding.detail, object: hash))
    }
  }

  /// A file without a row when rows were read; beside a server one may have come since.
  private func checkUnknown(_ hash: ObjectHash) throws {
    guard let source else { return }
    let files = files
    let repair = repair
    let look = { @Sendable (db: Database) -> (isUnknown: Bool, isRepaired: Bool) in
      guard try !DataStore.hasRow(hash, in: db), SystemCalls.exists(files.path(of: hash)) else {
        return (false, false)
      }
      return (true, try repair?.trash(hash) ?? false)
    }
    // With the writer held, no file lies there whose row is just being committed.
    let result =
      if let writer = source.writer {
        try writer.writeWithoutTransaction(look)
      } else {
        try source.database.read(look)
      }
    guard result.isUnknown else { return }
    var fault = UpkeepFault(
      .unreferenced,
      result.isRepaired ? "no row refers to it; moved to trash" : "no row refers to it",
      object: hash)
    fault.repaired = result.isRepaired
    job.found(fault)
  }

  /// Reads as far as the database can be read; where it cannot, that is a fault and nothing comes.
  private func reading<T>(
    _ database: any DatabaseReader, _ body: (Database) throws -> T
  ) throws -> T? {
    do {
      return try database.read(body)
    } catch let error as DatabaseError {
      try job.checkCancellation()
      job.found(UpkeepFault(.database, "cannot be read: \(error)"))
      return nil
    }
  }
}
