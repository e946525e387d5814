import API
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

/// `Fixtures/001.sql` is a database of the first migration as `sqlite3 FILE .dump` prints it, and so
/// on.
///
/// They are never made anew: they stand for the files that people have.
struct MigrationTests {
  private func restored(_ name: String) throws -> (TemporaryFolder, DataStore) {
    let (folder, _) = try file(name)
    return (folder, try DataStore.open(folder: folder.path, at: StoreFixture.start))
  }

  /// A folder with nothing but the file of a fixture, whose path is the second value.
  private func file(_ name: String) throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder()
    let path = folder.path + "/diyml.sqlite"
    let dump = try #require(
      Bundle.module.url(forResource: name, withExtension: "sql", subdirectory: "Fixtures"))
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: try String(contentsOf: dump, encoding: .utf8))
    }
    try queue.close()
    return (folder, path)
  }

  @Test func `a file of the first migration opens with all it held`() async throws {
    let (folder, store) = try restored("001")
    defer { withExtendedLifetime(folder) {} }
    let ada = try #require(try await store.account(named: "ada"))
    let contents = try await store.contents(ofProject: "pets", of: ada.id)
    #expect(contents.project.classes.map(\.name) == ["cat", "dog"])
    #expect(contents.images.map(\.fileName) == ["a.png", "b.png", "c.png"])
    #expect(
      contents.images.map(\.label) == [.className("cat"), .className("dog"), nil])
    #expect(
      contents.project.newestTraining == "Ada/pets@1"
        && contents.project.trainingState == .succeeded)
    let training = try await store.training(1, ofProject: "pets", of: ada.id)
    #expect(training.type == .classification && training.model != nil)
    let boxes = try await store.contents(ofProject: "street", of: ada.id).images
    #expect(
      boxes.map(\.label) == [
        .boxes([Box(xMin: 1, yMin: 2, xMax: 3.5, yMax: 4, className: "dog")])
      ])
    let publication = try await store.publication(owner: "ada", project: "pets", number: nil)
    #expect(
      publication.message.model == "Ada/pets@1" && publication.message.description == "my pets")
    #expect(try await store.pendingInferences(page: PageRequest()).rows.map(\.request.topK) == [3])
    let token = try await store.authenticate(
      secretHash: StoreFixture.secretHash(1), at: StoreFixture.start)
    #expect(token?.account == ada)
    // It is whole enough to be written to and emptied.
    try await store.deleteAccount(ada.id)
  }

  @Test func `a file of the second migration opens with its detectors`() async throws {
    let (folder, store) = try restored("002")
    defer { withExtendedLifetime(folder) {} }
    let ada = try #require(try await store.account(named: "ada"))
    let done = try await store.training(1, ofProject: "street", of: ada.id)
    #expect(done.type == .detection && done.model != nil)
    #expect(try await store.trainingReport(of: done.id) == [2])
    let queued = try #require(try await store.nextQueuedTraining())
    let box = EngineBox(classIndex: 0, xMin: 1, yMin: 2, xMax: 3.5, yMax: 4)
    #expect(try await store.frozenDataSet(of: queued.id).examples.map(\.label) == [.boxes([box])])
    let waiting = try await store.pendingInferences(page: PageRequest()).rows
    let request = InferRequest(
      model: waiting.last?.request.model ?? "", confidenceMin: 0.25, iouMax: 0.5, detectionsMax: 7)
    #expect(waiting.last?.request == request)
    let classifier = try await store.training(1, ofProject: "pets", of: ada.id)
    #expect(try await store.trainingReport(of: classifier.id) == nil)
    try await store.deleteAccount(ada.id)
  }

  /// They are messages of the contract before its last change.
  @Test func `a file of the third migration opens without the answers it kept`() async throws {
    let (folder, store) = try restored("003")
    defer { withExtendedLifetime(folder) {} }
    let name = [UInt8](repeating: 0x61, count: 32)
    let kept = try await store.keptAnswer(named: name, ofAccount: "ADA", at: StoreFixture.start)
    #expect(kept == nil)
  }

  @Test func `a file of the fifth migration opens, and what was being removed is gone`()
    async throws
  {
    let (folder, store) = try restored("005")
    defer { withExtendedLifetime(folder) {} }
    let ada = try #require(try await store.account(named: "ada"))
    let street = try await store.contents(ofProject: "street", of: ada.id)
    #expect(street.project.classes.isEmpty)
    #expect(street.images.map(\.label) == [nil])
    await #expect(throws: StoreError.classInUse("cat", images: 1)) {
      try await store.setClasses([], ofProject: "pets", of: ada.id, at: StoreFixture.start)
    }
    let publication = try await store.publication(owner: "ada", project: "pets", number: nil)
    #expect(publication.message.model == "Ada/pets@1")
    #expect(try await store.pendingInferenceCount() == 0)
    let trainings = try await store.trainingCounts()
    #expect(trainings[.succeeded] == 2 && trainings[.failed] == 1 && trainings[.queued] == 0)
  }

  private static func schema(of store: DataStore) async throws -> Set<String> {
    try await store.read { db in
      Set(
        try String.fetchAll(
          db, sql: "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_master"))
    }
  }

  /// What a file was made with before its steps were released is no longer what they make.
  @Test(arguments: 1...Migrations.version)
  func `a saved file comes to the tables of a new store`(version: Int) async throws {
    let (folder, store) = try restored(String(format: "%03d", version))
    defer { withExtendedLifetime(folder) {} }
    let fixture = try await StoreFixture()
    let (old, new) = try await (Self.schema(of: store), Self.schema(of: fixture.store))
    #expect(old.subtracting(new).isEmpty)
    #expect(new.subtracting(old).isEmpty)
  }

  @Test func `an older file is copied before it is migrated`() async throws {
    let (folder, store) = try restored("003")
    try store.close()
    let copies = try folder.files(in: "backups")
    #expect(copies == ["diyml-version-3-1970-01-01T001640.sqlite"])
    let copy = try DatabaseQueue(path: folder.path + "/backups/" + (copies.first ?? ""))
    let steps = try await copy.read {
      try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations")
    }
    #expect(steps.count == 3)
    // Not again.
    try DataStore.open(folder: folder.path, at: StoreFixture.start).close()
    #expect(try folder.files(in: "backups") == copies)
  }

  @Test func `a migration that fails leaves the old file`() throws {
    let (folder, path) = try file("003")
    // Migration 4 makes a table of this name.
    try edit(path, "CREATE TABLE store (note TEXT)")
    let before = try Data(contentsOf: URL(filePath: path))
    do {
      _ = try DataStore.open(folder: folder.path, at: StoreFixture.start)
      Issue.record("it opened")
    } catch StoreError.refused(.migrationFailed(path, from: 3, to: Migrations.version, _, let copy))
    {
      #expect(FileManager.default.fileExists(atPath: copy))
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!left.contains { $0.hasPrefix("diyml.sqlite-") || $0.hasSuffix(".migrating") })
    try edit(path, "DROP TABLE store")
    try DataStore.open(folder: folder.path, at: StoreFixture.start).close()
  }

  private func edit(_ path: String, _ sql: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: sql) }
    try queue.close()
  }

  @Test func `each migration has a number, in order, and a saved file`() throws {
    let names = Migrations.migrator.migrations
    for (index, name) in names.enumerated() {
      let number = String(format: "%03d", index + 1)
      #expect(name.hasPrefix(number + " "))
      #expect(
        Bundle.module.url(
          forResource: number, withExtension: "sql", subdirectory: "Fixtures") != nil)
    }
  }
}
