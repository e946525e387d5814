internal import API
internal import Store

extension UpkeepCopyEvent {
  init(_ event: UpkeepEvent) {
    switch event {
    case .progress(let progress): self.init(event: .progress(UpkeepProgress(progress)))
    case .fault(let fault): self.init(event: .fault(UpkeepFault(fault)))
    }
  }
}

extension UpkeepVerifyEvent {
  init(_ event: UpkeepEvent) {
    switch event {
    case .progress(let progress): self.init(event: .progress(UpkeepProgress(progress)))
    case .fault(let fault): self.init(event: .fault(UpkeepFault(fault)))
    }
  }
}

extension API.UpkeepProgress {
  init(_ progress: Store.UpkeepProgress) {
    self.init(
      phase: progress.phase.rawValue, objectsDone: progress.objectsDone,
      objectsTotal: progress.objectsTotal, bytesDone: progress.bytesDone,
      bytesTotal: progress.bytesTotal)
  }
}

extension UpkeepFault {
  init(_ fault: StoreFault) {
    self.init(
      kind: UpkeepFaultKind(fault.kind), object: fault.object?.hex ?? "",
      project: fault.user.project, name: fault.user.name, uses: fault.user.uses,
      detail: fault.detail, repaired: fault.isRepaired)
  }
}

extension UpkeepFaultKind {
  init(_ kind: StoreFault.Kind) {
    switch kind {
    case .database: self = .database
    case .reference: self = .reference
    case .missing: self = .missing
    case .damaged: self = .damaged
    case .unreadable: self = .unreadable
    case .unreferenced: self = .unreferenced
    case .counter: self = .counter
    }
  }
}

extension UpkeepCopyResult {
  init(_ report: CopyReport, since start: ContinuousClock.Instant) {
    self.init(
      target: report.target, store: report.store, objects: report.counts.objects,
      objectBytes: report.counts.objectBytes, copied: report.copied,
      copiedBytes: report.copiedBytes, cloned: report.cloned, trashed: report.trashed,
      faults: report.faults, databaseBytes: report.databaseBytes,
      databaseHash: report.databaseHash, milliseconds: elapsedMilliseconds(since: start))
  }
}

extension UpkeepVerifyResult {
  init(_ report: VerificationReport, since start: ContinuousClock.Instant) {
    self.init(
      objects: report.objects, objectBytes: report.objectBytes, faults: report.faults,
      repaired: report.repaired, milliseconds: elapsedMilliseconds(since: start))
  }
}

extension UpkeepStatusResponse {
  init(_ status: StoreStatus, serverProcess: UInt32) {
    self.init(
      folder: status.folder, store: status.store, changes: UInt64(clamping: status.changes),
      schema: status.schema, accounts: status.counts.accounts, projects: status.counts.projects,
      images: status.counts.images, trainings: status.counts.trainings,
      models: status.counts.models, databaseBytes: status.databaseBytes,
      objects: status.counts.objects, objectBytes: status.counts.objectBytes,
      trashFiles: status.trash.count, trashBytes: status.trash.bytes,
      stagingFiles: status.staging.count, stagingBytes: status.staging.bytes,
      diskFreeBytes: status.diskFreeBytes, diskBytes: status.diskBytes,
      serverProcess: serverProcess, backupTime: status.lastBackup?.unixSeconds ?? 0,
      backupTarget: status.lastBackup?.target ?? "",
      madeTime: (status.madeTime?.unixMilliseconds ?? 0) / 1_000)
  }
}

private func elapsedMilliseconds(since start: ContinuousClock.Instant) -> UInt64 {
  let (seconds, attoseconds) = (ContinuousClock.now - start).components
  return UInt64(seconds) * 1_000 + UInt64(attoseconds / 1_000_000_000_000_000)
}
