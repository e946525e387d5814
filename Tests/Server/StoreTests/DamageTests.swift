import API
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

/// Objects whose bytes are not what was stored.
struct DamageTests {
  private let start = StoreFixture.start

  private func store(
    _ folder: TemporaryFolder, _ events: SharedState<[StoreEvent]>
  ) async throws -> (DataStore, AccountID) {
    let store = try DataStore.open(folder: folder.path, at: start) { event in
      events.change { $0.append(event) }
    }
    let ada = try await store.createAccount(
      name: "ada", passwordHash: "", token: StoreFixture.newToken(1), at: start
    ).account
    _ = try await store.createProject(
      name: "pets", type: .classification, description: "", of: ada.id, at: start)
    return (store, ada.id)
  }

  private func put(_ bytes: [UInt8], _ store: DataStore, _ ada: AccountID) async throws
    -> ObjectHash
  {
    try await store.putImage(
      store.stage(bytes), image: StoreFixture.facts(), annotation: nil, fileName: "a.png",
      inProject: "pets", of: ada, at: start
    ).image.object
  }

  @Test func `every flipped byte is found, and the same upload heals it`() async throws {
    let folder = try TemporaryFolder()
    let events = SharedState<[StoreEvent]>([])
    let (store, ada) = try await store(folder, events)
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let object = try await put(bytes, store, ada)
    let path = store.files.path(of: object)
    for place in stride(from: 0, to: bytes.count, by: 17) {
      var wrong = bytes
      wrong[place] ^= UInt8(1 << (place % 8))
      try Data(wrong).write(to: URL(filePath: path))
      await #expect(throws: StoreError.damaged(object, "its bytes have another SHA-256")) {
        try await store.openImage(object, inProject: "pets", of: ada)
      }
    }
    #expect(try await store.damagedObjectCount() == 1)
    #expect(
      events.value == [.damaged(object, "its bytes have another SHA-256")])
    #expect(try await put(bytes, store, ada) == object)
    #expect(try await store.damagedObjectCount() == 0)
    let reader = try await store.openImage(object, inProject: "pets", of: ada).reader
    #expect(try reader.read(at: 0, count: 2_000) == bytes)
  }

  @Test func `another length, and no file, are damage`() async throws {
    let folder = try TemporaryFolder()
    let (store, ada) = try await store(folder, SharedState([]))
    let object = try await put([1, 2, 3], store, ada)
    let path = store.files.path(of: object)
    for count in [0, 2, 4] {
      try Data(count: count).write(to: URL(filePath: path))
      await #expect(
        throws: StoreError.damaged(object, "its file has \(count) bytes instead of 3")
      ) { try await store.openObject(object) }
    }
    try FileManager.default.removeItem(atPath: path)
    await #expect(throws: StoreError.damaged(object, "its file is missing")) {
      try await store.verifyObject(object)
    }
    _ = try await put([1, 2, 3], store, ada)
    #expect(try await store.verifyObject(object) == 3)
  }

  @Test func `the scrub reads every object once in its days, at its pace`() async throws {
    let folder = try TemporaryFolder()
    let events = SharedState<[StoreEvent]>([])
    let (store, ada) = try await store(folder, events)
    var objects: [ObjectHash] = []
    for number in 0..<10 {
      objects.append(try await put([UInt8](repeating: UInt8(number), count: 10), store, ada))
    }
    try Data([0]).write(to: URL(filePath: store.files.path(of: objects[3])))
    let stray = ObjectHash(digest: Array(repeating: 0xab, count: 32))
    let strayFolder = folder.path + "/objects/ab/ab"
    try FileManager.default.createDirectory(atPath: strayFolder, withIntermediateDirectories: true)
    try Data([1]).write(to: URL(filePath: strayFolder + "/" + stray.hex))
    let bytes = SharedState<UInt64>(0)
    var now = start
    for step in 0...DataStore.scrubFolders {
      let next = try await store.scrub(everyDays: 30, at: now) { count in
        bytes.change { $0 += count }
      }
      #expect(next == now + .seconds(30 * 86_400) / 256, "\(step)")
      // Before its time nothing is done.
      #expect(try await store.scrub(everyDays: 30, at: now) { _ in Issue.record("early") } == next)
      now = next
    }
    #expect(bytes.value == 90)
    #expect(
      events.value.sorted { "\($0)" < "\($1)" } == [
        .damaged(objects[3], "its file has 1 bytes instead of 10"), .trashed(1),
      ])
  }

  @Test func `no object goes while it is kept, and all of them afterwards`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    for number in 0..<200 { try await fixture.put("\(number)") }
    try await fixture.store.keepingObjects {
      try await fixture.store.deleteProject(named: "pets", of: fixture.ada.id)
      try await fixture.store.removeLeftovers()
      #expect(try fixture.folder.objectFiles().count == 200)
      await #expect(throws: StoreError.notFound(.project, "pets")) {
        try await fixture.store.project(named: "pets", of: fixture.ada.id)
      }
    }
    try await fixture.store.removeLeftovers()
    #expect(try fixture.folder.objectFiles().isEmpty)
  }

  @Test func `a crash leaves an object that goes to the trash, and only then`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    try await fixture.put("kept")
    let crashed = try TemporaryFolder()
    for name in ["diyml.sqlite", "diyml.sqlite-wal", "store", "objects", "lock"] {
      try FileManager.default.copyItem(
        atPath: fixture.folder.path + "/" + name, toPath: crashed.path + "/" + name)
    }
    let stray = ObjectHash(digest: Array(repeating: 0xab, count: 32))
    let strayFolder = crashed.path + "/objects/ab/ab"
    try FileManager.default.createDirectory(atPath: strayFolder, withIntermediateDirectories: true)
    try Data([1]).write(to: URL(filePath: strayFolder + "/" + stray.hex))
    let store = try DataStore.open(folder: crashed.path, at: start)
    #expect(try await store.sweepAfterCrash(at: start) == 1)
    #expect(try crashed.files(in: "trash") == ["1970-01-01/\(stray.hex)"])
    #expect(try crashed.objectFiles().count == 1)
    try store.close()
    let again = try DataStore.open(folder: crashed.path, at: start)
    #expect(again.crashTime == nil)
  }

  @Test(arguments: [0, 5, 1 << 32 + 1] as [Int64])
  func `a number in a row that the contract has no name for is damage`(number: Int64) async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let object = try await fixture.put("a").image.object
    try await fixture.store.database.write { db in
      try db.execute(sql: "UPDATE data_point SET format = ?", arguments: [number])
    }
    await #expect(throws: StoreError.database("image format \(number)")) {
      try await fixture.store.image(object, inProject: "pets", of: fixture.ada.id)
    }
  }
}
