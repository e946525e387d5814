internal import API
internal import Foundation

struct ProgressView: Encodable {
  let phase: String
  let objectsDone, objectsTotal, bytesDone, bytesTotal: UInt64
  let secondsLeft: Double?

  init(_ progress: UpkeepProgress, secondsLeft: Double?) {
    phase = progress.phase
    objectsDone = progress.objectsDone
    objectsTotal = progress.objectsTotal
    bytesDone = progress.bytesDone
    bytesTotal = progress.bytesTotal
    self.secondsLeft = secondsLeft.map { $0.rounded() }
  }
}

struct FaultView: Encodable {
  let kind, object, project, name, detail: String
  let uses: UInt64
  let repaired: Bool

  init(_ fault: UpkeepFault) {
    kind = UpkeepText.word(fault.kind)
    object = fault.object
    project = fault.project
    name = fault.name
    detail = fault.detail
    uses = fault.uses
    repaired = fault.repaired
  }
}

struct CopyView: Encodable {
  let target, store, databaseHash: String
  let objects, objectBytes, copied, copiedBytes, cloned, trashed, faults, databaseBytes,
    milliseconds: UInt64

  init(_ result: UpkeepCopyResult) {
    target = result.target
    store = result.store
    databaseHash = result.databaseHash
    objects = result.objects
    objectBytes = result.objectBytes
    copied = result.copied
    copiedBytes = result.copiedBytes
    cloned = result.cloned
    trashed = result.trashed
    faults = result.faults
    databaseBytes = result.databaseBytes
    milliseconds = result.milliseconds
  }
}

struct VerifyView: Encodable {
  let objects, objectBytes, faults, repaired, milliseconds: UInt64

  init(_ result: UpkeepVerifyResult) {
    objects = result.objects
    objectBytes = result.objectBytes
    faults = result.faults
    repaired = result.repaired
    milliseconds = result.milliseconds
  }
}

struct TrashView: Encodable {
  struct Day: Encodable {
    let day: String
    let files, bytes: UInt64
  }

  let days: [Day]
  let removed: Bool
  let filesLeft, bytesLeft: UInt64

  init(_ answer: UpkeepGcResponse) {
    days = answer.days.map { Day(day: $0.day, files: $0.files, bytes: $0.bytes) }
    removed = answer.removed
    filesLeft = answer.filesLeft
    bytesLeft = answer.bytesLeft
  }
}

struct StatusView: Encodable {
  let folder, store, schema, backupTarget: String
  let changes, accounts, projects, images, trainings, models, databaseBytes, objects, objectBytes,
    trashFiles, trashBytes, stagingFiles, stagingBytes, diskFreeBytes, diskBytes: UInt64
  let serverProcess: UInt32
  let backupTime, madeTime: Int64

  init(_ status: UpkeepStatusResponse) {
    folder = status.folder
    store = status.store
    schema = status.schema
    backupTarget = status.backupTarget
    changes = status.changes
    accounts = status.accounts
    projects = status.projects
    images = status.images
    trainings = status.trainings
    models = status.models
    databaseBytes = status.databaseBytes
    objects = status.objects
    objectBytes = status.objectBytes
    trashFiles = status.trashFiles
    trashBytes = status.trashBytes
    stagingFiles = status.stagingFiles
    stagingBytes = status.stagingBytes
    diskFreeBytes = status.diskFreeBytes
    diskBytes = status.diskBytes
    serverProcess = status.serverProcess
    backupTime = status.backupTime
    madeTime = status.madeTime
  }
}
