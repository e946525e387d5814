import API
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

struct VerificationTests {
  private let start = StoreFixture.start

  /// One way to spoil a store, and what is then found.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kind: UpkeepFaultKind
    let spoil: @Sendable (Place, _ folder: String) async throws -> Void

    static let all = [
      Damage(testDescription: "a flipped bit", kind: .damaged) { place, folder in
        try await place.garble(ObjectFiles(folder: folder).path(of: place.anImage))
      },
      Damage(testDescription: "a cut file", kind: .damaged) { place, folder in
        let path = try await ObjectFiles(folder: folder).path(of: place.anImage)
        try Data("fir".utf8).write(to: URL(filePath: path))
      },
      Damage(testDescription: "a lost file", kind: .missing) { place, folder in
        let path = try await ObjectFiles(folder: folder).path(of: place.anImage)
        try FileManager.default.removeItem(atPath: path)
      },
      Damage(testDescription: "a file without a row", kind: .unreferenced) { _, folder in
        let hash = ObjectHash(digest: Array(repeating: 0xab, count: 32))
        let files = ObjectFiles(folder: folder)
        try files.makePlace(for: hash)
        try Data([1]).write(to: URL(filePath: files.path(of: hash)))
      },
      Damage(testDescription: "a wrong number of images", kind: .counter) { _, folder in
        try Self.execute("UPDATE project SET data_point_count = 7", folder)
      },
      Damage(testDescription: "a wrong number of references", kind: .counter) { _, folder in
        try Self.execute(
          "UPDATE object SET reference_count = 9 WHERE hash = (SELECT min(hash) FROM object)",
          folder)
      },
    ]

    static func execute(_ sql: String, _ folder: String) throws {
      let queue = try DatabaseQueue(path: folder + "/diyml.sqlite")
      try queue.write { try $0.execute(sql: sql) }
      try queue.close()
    }
  }

  @Test(arguments: Damage.all)
  func `a fault is found, and repaired with a backup`(damage: Damage) async throws {
    let place = try await Place()
    _ = try await place.backup()
    _ = try await place.backup(to: "spoiled")
    let folder = place.path("spoiled")
    #expect(try await place.verify(folder).report.isSound)
    try await damage.spoil(place, folder)
    let found = try await place.verify(folder)
    #expect(found.faults.map(\.kind) == [damage.kind] && !found.report.isSound)
    #expect(found.faults.allSatisfy { !$0.repaired })
    let repaired = try await place.verify(
      folder, repair: RepairRequest(from: place.path("backup"), at: start))
    #expect(repaired.report.faults == 1 && repaired.report.isSound, "\(repaired.faults)")
    let after = try await place.verify(folder)
    #expect(after.faults.isEmpty)
  }

  @Test func `what is damaged and in no backup is moved aside and stays a fault`() async throws {
    let place = try await Place()
    _ = try await place.backup()
    let folder = place.path("backup")
    let hash = try await place.anImage
    try place.garble(ObjectFiles(folder: folder).path(of: hash))
    let repaired = try await place.verify(folder, repair: RepairRequest(from: nil, at: start))
    #expect(repaired.report.faults == 1 && !repaired.report.isSound)
    #expect(try place.files(in: "backup/trash") == ["1970-01-01/\(hash.hex).damaged"])
    #expect(try await place.verify(folder).faults.map(\.kind) == [.missing])
  }

  @Test func `a backup whose copy is damaged as well repairs nothing`() async throws {
    let place = try await Place()
    for name in ["backup", "spoiled"] {
      _ = try await place.backup(to: name)
      try await place.garble(ObjectFiles(folder: place.path(name)).path(of: place.anImage))
    }
    let repaired = try await place.verify(
      place.path("spoiled"), repair: RepairRequest(from: place.path("backup"), at: start))
    #expect(repaired.report.faults == 1 && repaired.report.repaired == 0)
  }

  @Test func `a store is looked at and repaired while it is served`() async throws {
    let place = try await Place()
    let store = place.fixture.store
    _ = try await place.backup()
    #expect(try await Place.verify(store, nil).report == .init(objects: 3, objectBytes: 17))
    let hash = try await place.anImage
    try place.garble(store.files.path(of: hash))
    let found = try await Place.verify(store, nil)
    #expect(found.faults.map(\.name) == ["first.png"])
    let repair = RepairRequest(from: place.path("backup"), at: start)
    #expect(try await Place.verify(store, repair).report.repaired == 1)
    #expect(try await Place.verify(store, nil).faults.isEmpty)
    #expect(try await store.verifyObject(hash) == 5)
  }

  @Test func `a database of noise is a fault, and objects are judged by their names`()
    async throws
  {
    let place = try await Place()
    _ = try await place.backup()
    let noise = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    try noise.write(to: URL(filePath: place.path("backup/diyml.sqlite")))
    try await place.garble(ObjectFiles(folder: place.path("backup")).path(of: place.anImage))
    let kinds = try await place.verify(place.path("backup")).faults.map(\.kind)
    #expect(Set(kinds) == [.database, .damaged])
  }

  @Test func `looking at a stopped store writes nothing but its lock`() async throws {
    let place = try await Place()
    _ = try await place.backup()
    try place.fixture.store.close()
    for folder in [place.fixture.folder.path, place.path("backup")] {
      let before = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
      #expect(try await place.verify(folder).report.isSound)
      _ = try await StoppedStore(folder: folder).status()
      #expect(try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() == before)
    }
  }

  @Test func `a folder that a server holds is not opened`() async throws {
    let place = try await Place()
    #expect(throws: StoreError.folderInUse(place.fixture.folder.path)) {
      try StoppedStore(folder: place.fixture.folder.path)
    }
    #expect(throws: UpkeepError.noStore(place.path("nothing"))) {
      try StoppedStore(folder: place.path("nothing"))
    }
  }

  @Test func `the state of a store says what it has`() async throws {
    let place = try await Place()
    _ = try await place.backup()
    let status = try await place.fixture.store.status()
    #expect(status.accounts == 1 && status.projects == 1)
    #expect(status.images == 2 && status.models == 1)
    #expect(status.objects == 3 && status.objectBytes == 17)
    #expect(status.backupTarget.hasSuffix("/backup") && status.madeTime == 0)
    let copy = try await StoppedStore(folder: place.path("backup")).status()
    func counts(_ status: UpkeepStatusResponse) -> [UInt64] {
      [
        status.accounts, status.projects, status.images, status.trainings, status.models,
        status.objects, status.objectBytes,
      ]
    }
    #expect(counts(copy) == counts(status) && copy.store == status.store)
    #expect(copy.madeTime == start.unixMilliseconds / 1_000)
  }

  @Test func `trash past its time is shown first and removed when asked`() async throws {
    let place = try await Place()
    let trash = place.fixture.folder.path + "/trash/"
    for day in ["2026-11-01", "2026-11-29"] {
      try FileManager.default.createDirectory(
        atPath: trash + day, withIntermediateDirectories: true)
      try Data([1, 2]).write(to: URL(filePath: trash + day + "/object"))
    }
    let now = Timestamp(unixMilliseconds: 1_796_000_000_000)  // 2026-11-30
    let store = place.fixture.store
    let due = [UpkeepGcResponse.Day(day: "2026-11-01", files: 1, bytes: 2)]
    #expect(try await store.removeTrash(olderThan: 14, at: now, dryRun: true) == due)
    #expect(try await store.status().trashFiles == 2)
    #expect(try await store.removeTrash(olderThan: 14, at: now, dryRun: false) == due)
    #expect(try await store.status().trashFiles == 1)
  }
}
