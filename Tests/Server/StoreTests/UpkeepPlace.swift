import API
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

/// A store on disk with two images and a model, and room beside it for backups.
final class Place: Sendable {
  let fixture: StoreFixture
  let folder: TemporaryFolder
  /// All faults that backups have told.
  let faults = SharedState<[UpkeepFault]>([])

  init() async throws {
    fixture = try await StoreFixture(onDisk: true)
    folder = try TemporaryFolder()
    try await fixture.makeProject()
    for name in ["first", "other"] { try await fixture.put(name, .className("cat")) }
    _ = try await fixture.train()
  }

  func path(_ name: String) -> String { folder.path + "/" + name }

  func target(_ name: String) throws -> String {
    try String(contentsOfFile: path("backup/" + name), encoding: .utf8)
  }

  /// What the backup in place says of the database there.
  func manifestCounts() throws -> StoreCounts {
    try #require(try BackupManifest.read(in: path("backup"))?.database?.counts)
  }

  func files(in name: String) throws -> [String] { try folder.files(in: name) }

  /// The image `first.png`.
  var anImage: ObjectHash {
    get async throws {
      let page = try await fixture.store.images(
        inProject: "pets", of: fixture.ada.id, filter: ImageFilter(), page: PageRequest())
      return try #require(page.rows.first { $0.fileName == "first.png" }).object
    }
  }

  func backup(to name: String = "backup") async throws -> UpkeepCopyResult {
    try await fixture.store.backup(to: path(name), at: StoreFixture.start) { [faults] event in
      if case .fault(let fault) = event { faults.change { $0.append(fault) } }
    }
  }

  /// Looks at a folder that no store of this process holds.
  func verify(
    _ folder: String, repair: RepairRequest? = nil
  ) async throws -> (report: UpkeepVerifyResult, faults: [UpkeepFault]) {
    let store = try StoppedStore(folder: folder, toRepair: repair != nil)
    return try await Self.verify(store, repair)
  }

  static func verify(
    _ store: any WholeStore, _ repair: RepairRequest?
  ) async throws -> (report: UpkeepVerifyResult, faults: [UpkeepFault]) {
    let faults = SharedState<[UpkeepFault]>([])
    let report = try await store.verify(repair: repair) { event in
      if case .fault(let fault) = event { faults.change { $0.append(fault) } }
    }
    return (report, faults.value)
  }

  /// Changes the last byte of a file.
  func garble(_ path: String) throws {
    let file = try FileHandle(forUpdating: URL(filePath: path))
    let end = try file.seekToEnd()
    try file.seek(toOffset: end - 1)
    let byte = try #require(try file.read(upToCount: 1)?.first)
    try file.seek(toOffset: end - 1)
    try file.write(contentsOf: [byte ^ 1])
    try file.close()
  }
}
