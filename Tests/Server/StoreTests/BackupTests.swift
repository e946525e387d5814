import API
import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Store

struct BackupTests {
  private let start = StoreFixture.start

  @Test func `a backup is a store of its own with all that was there`() async throws {
    let place = try await Place()
    let report = try await place.backup()
    #expect(report.copied == 3 && report.faults == 0)
    #expect(try place.manifestCounts().images == 2)
    #expect(try place.target("manifest.json").contains(report.databaseHash))
    let copy = try DataStore.open(folder: place.path("backup"), at: start)
    let pets = try await copy.project(named: "pets", of: place.fixture.ada.id)
    #expect(pets.message.imageCount == 2)
    let hash = try await place.anImage
    #expect(try await copy.openObject(hash).bytes == 5)
    try copy.close()
    #expect(!FileManager.default.fileExists(atPath: place.path("backup/manifest.json")))
  }

  @Test func `a second backup copies only what is new`() async throws {
    let place = try await Place()
    #expect(try await place.backup().copied == 3)
    #expect(try await place.backup().copied == 0)
    try await place.fixture.put("another")
    let third = try await place.backup()
    #expect(third.copied == 1 && third.copiedBytes == 7)
    #expect(try place.manifestCounts().images == 3)
  }

  @Test func `what the store has no more goes to the backup's trash`() async throws {
    let place = try await Place()
    _ = try await place.backup()
    try await place.fixture.store.deleteProject(named: "pets", of: place.fixture.ada.id)
    try await place.fixture.store.removeLeftovers()
    let report = try await place.backup()
    #expect(report.trashed == 3 && report.objects == 0)
    #expect(try place.files(in: "backup/trash").count == 3)
    #expect(try place.files(in: "backup/objects").isEmpty)
  }

  @Test func `a damaged or missing object is told and keeps the good one of an earlier backup`()
    async throws
  {
    let place = try await Place()
    _ = try await place.backup()
    let hash = try await place.anImage
    let file = place.fixture.store.files.path(of: hash)
    try place.garble(file)
    // Right length: the target's is not looked at again, and stays as it is.
    #expect(try await place.backup().faults == 0)
    #expect(try await place.verify(place.path("backup")).report.isSound)
    // An empty target cannot get it.
    let told = try await place.backup(to: "new")
    #expect(told.faults == 1)
    #expect(
      place.faults.value.map { "\($0.kind) \($0.project) \($0.name)" } == [
        "damaged Ada/pets first.png"
      ])
    try FileManager.default.removeItem(atPath: file)
    #expect(try await place.backup(to: "newer").faults == 1)
    #expect(place.faults.value.last?.kind == .missing)
  }

  @Test func `a backup that was cut off is gone on with, and one that was made stays usable`()
    async throws
  {
    let place = try await Place()
    _ = try await place.backup()
    try await place.fixture.put("another")
    // Cut off at the first object, and with rests of such an end in staging.
    await #expect(throws: CancellationError.self) {
      try await withThrowingTaskGroup(of: UpkeepCopyResult.self) { group in
        group.addTask { try await place.backup() }
        group.cancelAll()
        return try await group.next()
      }
    }
    try Data([1]).write(to: URL(filePath: place.path("backup/staging/rest")))
    #expect(try await place.verify(place.path("backup")).report.isSound)
    #expect(try await place.backup().copied == 1)
    #expect(try place.files(in: "backup/staging").isEmpty)
  }

  @Test func `while the database is replaced, the old one and the new one are both known`()
    async throws
  {
    let place = try await Place()
    _ = try await place.backup()
    let old = try #require(try BackupManifest.read(in: place.path("backup")))
    try await place.fixture.put("another")
    _ = try await place.backup()
    var cut = try #require(try BackupManifest.read(in: place.path("backup")))
    cut.coming = cut.database
    cut.database = old.database
    try cut.write(in: place.path("backup"))
    #expect(try await place.backup().copied == 0)
    #expect(try BackupManifest.read(in: place.path("backup"))?.coming == nil)
  }

  @Test func `a folder that is not a fit target is refused and left alone`() async throws {
    let place = try await Place()
    try FileManager.default.createDirectory(
      atPath: place.path("full"), withIntermediateDirectories: true)
    try Data([1]).write(to: URL(filePath: place.path("full/photo.jpg")))
    await #expect(throws: UpkeepError.notABackup(place.path("full"))) {
      try await place.backup(to: "full")
    }
    #expect(try place.files(in: "full") == ["photo.jpg"])
    let inside = place.fixture.folder.path + "/inside"
    await #expect(throws: UpkeepError.self) {
      try await place.fixture.store.backup(to: inside, at: start) { _ in }
    }
    let other = try await Place()
    _ = try await other.backup()
    await #expect(throws: UpkeepError.self) {
      try await place.fixture.store.backup(to: other.path("backup"), at: start) { _ in }
    }
  }

  @Test func `a backup that was served since is not a target`() async throws {
    let place = try await Place()
    _ = try await place.backup()
    try DataStore.open(folder: place.path("backup"), at: start).close()
    await #expect(throws: UpkeepError.notABackup(place.path("backup"))) {
      try await place.backup()
    }
    _ = try await place.backup(to: "second")
    let queue = try DatabaseQueue(path: place.path("second/diyml.sqlite"))
    try await queue.write { try $0.execute(sql: "UPDATE project SET description = 'changed'") }
    try queue.close()
    await #expect(throws: UpkeepError.changedSince(place.path("second"))) {
      try await place.backup(to: "second")
    }
  }

  @Test func `what is put while a backup runs is in it whole or not at all`() async throws {
    let place = try await Place()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for number in 0..<50 {
          try await place.fixture.put("image \(number)", .className("cat"))
          if number % 5 == 4 {
            _ = try await place.fixture.store.removeLeftovers()
          }
        }
      }
      group.addTask {
        for number in 0..<5 {
          let report = try await place.backup(to: "b\(number)")
          #expect(report.faults == 0)
        }
      }
      try await group.waitForAll()
    }
    for number in 0..<5 {
      let verified = try await place.verify(place.path("b\(number)"))
      #expect(verified.report.isSound, "\(verified.faults)")
    }
  }

  @Test func `a restored store is the one that was backed up`() async throws {
    let place = try await Place()
    _ = try await place.backup()
    let report = try await Restore(from: place.path("backup"), to: place.path("restored")).run {
      _ in
    }
    #expect(report.copied == 3)
    #expect(try await place.verify(place.path("restored")).report.isSound)
    let store = try DataStore.open(folder: place.path("restored"), at: start)
    let pets = try await store.project(named: "pets", of: place.fixture.ada.id).message
    #expect(pets.imageCount == 2)
    try store.close()
    // The same store: it can be backed up where it was.
    let again = try StoppedStore(folder: place.path("restored"))
    #expect(try await again.backup(to: place.path("backup"), at: start) { _ in }.copied == 0)
  }

  @Test func `a restore refuses what is damaged, and cut off it leaves nothing to be served`()
    async throws
  {
    let place = try await Place()
    _ = try await place.backup()
    let hash = try await place.anImage
    try place.garble(ObjectFiles(folder: place.path("backup")).path(of: hash))
    let target = place.path("restored")
    await #expect(throws: UpkeepError.damagedSource(place.path("backup"), faults: 1)) {
      try await Restore(from: place.path("backup"), to: target).run { _ in }
    }
    #expect(throws: StoreError.self) { try DataStore.open(folder: target, at: start) }
    await #expect(throws: UpkeepError.notEmpty(target)) {
      try await Restore(from: place.path("backup"), to: target).run { _ in }
    }
    let partial = place.path("partial")
    let report = try await Restore(
      from: place.path("backup"), to: partial, despiteFaults: true
    ).run { _ in }
    #expect(report.copied == 2 && report.faults == 1)
    #expect(try await place.verify(partial).faults.map(\.kind) == [.missing])
    try place.garble(place.path("backup/diyml.sqlite"))
    await #expect(throws: UpkeepError.changedSince(place.path("backup"))) {
      try await Restore(from: place.path("backup"), to: place.path("third")).run { _ in }
    }
  }
}
