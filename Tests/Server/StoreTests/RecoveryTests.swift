import API
import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Store

struct RecoveryTests {
  private let start = StoreFixture.start

  @Test func `what was put is there after the store is opened again`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    let point = try await fixture.put("hello", .className("cat")).image
    try fixture.store.close()
    let again = try await reopened(fixture)
    let opened = try await again.openImage(
      point.object, inProject: "pets", of: fixture.ada.id)
    #expect(opened.image == point)
    #expect(try opened.reader.read(at: 0, count: 9) == Array("hello".utf8))
  }

  @Test func `the database waits for the disk at each commit`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    let settings = try await fixture.store.transaction { db in
      try ["journal_mode", "synchronous", "foreign_keys"].map {
        try String.fetchOne(db, sql: "PRAGMA \($0)")
      }
    }
    #expect(settings == ["wal", "2", "1"])
  }

  @Test func `nothing in the folder is open to other users`() async throws {
    let outer = try TemporaryFolder()
    let path = outer.path + "/data"
    let store = try DataStore.open(folder: path, at: start)
    _ = try store.stage([1])
    let modes = [
      "": 0o700, "/objects": 0o700, "/staging": 0o700, "/diyml.sqlite": 0o600,
      "/diyml.sqlite-wal": 0o600, "/diyml.sqlite-shm": 0o600, "/lock": 0o600,
    ]
    for (name, mode) in modes {
      let attributes = try FileManager.default.attributesOfItem(atPath: path + name)
      #expect(attributes[.posixPermissions] as? Int == mode, "\(name)")
    }
  }

  @Test func `two stores never share a folder`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    let path = fixture.folder.path
    #expect(throws: StoreError.folderInUse(path)) {
      try DataStore.open(folder: path, at: start)
    }
  }

  @Test func `a start empties staging, and a sweep puts what nothing refers to into the trash`()
    async throws
  {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    try await fixture.put("kept")
    // What `kill -9` leaves: a cut-off upload, and an object whose row was never committed.
    let stray = fixture.folder.path + "/staging/0123456789abcdef"
    #expect(FileManager.default.createFile(atPath: stray, contents: Data([1])))
    let orphan = ObjectHash(digest: Array(repeating: 0xab, count: 32))
    let orphanFolder = fixture.folder.path + "/objects/ab/ab"
    try FileManager.default.createDirectory(
      atPath: orphanFolder, withIntermediateDirectories: true)
    #expect(
      FileManager.default.createFile(
        atPath: orphanFolder + "/" + orphan.hex, contents: Data([1])))
    try fixture.store.close()

    let again = try await reopened(fixture)
    #expect(try fixture.folder.stagedFiles().isEmpty)
    #expect(try await again.trashUnreferencedObjects(at: start) == 1)
    #expect(try await again.trashUnreferencedObjects(at: start) == 0)
    #expect(try fixture.folder.objectFiles().count == 1)
    #expect(try fixture.folder.files(in: "trash") == ["1970-01-01/\(orphan.hex)"])
    let page = try await again.images(
      inProject: "pets", of: fixture.ada.id, filter: ImageFilter(), page: PageRequest())
    #expect(try await again.openObject(page.rows[0].object).bytes == 4)
  }

  @Test func `bytes left by a crash are taken up when they come again`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    // The file is in place but its transaction was never committed.
    let staged = try fixture.store.stage(Array("hello".utf8))
    try fixture.store.files.adopt(staged)
    let point = try await fixture.put("hello").image
    #expect(try await fixture.store.trashUnreferencedObjects(at: start) == 0)
    #expect(try await fixture.store.openObject(point.object).bytes == 5)
  }

  @Test func `an object whose file was lost is put back when its bytes come again`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    let object = try await fixture.put("hello").image.object
    try fixture.store.files.remove(object)
    await #expect(throws: StoreError.self) { try await fixture.store.openObject(object) }
    #expect(try await !fixture.put("hello").isNew)
    #expect(try await fixture.store.openObject(object).bytes == 5)
  }

  @Test func `a training that ran when the server stopped has failed, a queued one waits`()
    async throws
  {
    let fixture = try await StoreFixture(onDisk: true)
    for name in ["ran", "waits"] {
      try await fixture.makeProject(name)
      try await fixture.put("a", .className("cat"), in: name)
    }
    let ran = try await fixture.queueTraining(of: "ran")
    _ = try await fixture.store.startTraining(ran.id, at: start)
    let waits = try await fixture.queueTraining(of: "waits")
    try fixture.store.close()
    let again = try await reopened(fixture)
    let failed = try await again.training(ran.id)
    #expect(failed.state == .failed && failed.reason == "the server stopped while it ran")
    #expect(failed.endTime == start + .seconds(60))
    #expect(
      try await again.trainingEvents(of: ran.id, after: 2).map(\.content) == [.state(.failed)])
    #expect(try await again.nextQueuedTraining() == waits)
  }

  @Test func `a file that cannot be put in place leaves no row`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    // The SHA-256 of "hello" begins with 2cf2: a file stands where its folder belongs.
    let inTheWay = fixture.folder.path + "/objects/2c"
    #expect(FileManager.default.createFile(atPath: inTheWay, contents: Data()))
    await #expect(throws: StoreError.self) { try await fixture.put("hello", .className("cat")) }
    let project = try await fixture.store.project(named: "pets", of: fixture.ada.id)
    #expect(project.message.imageCount == 0)
    #expect(try fixture.folder.stagedFiles().isEmpty)
    try FileManager.default.removeItem(atPath: inTheWay)
    #expect(try await fixture.put("hello", .className("cat")).isNew)
  }

  @Test func `a file that cannot be removed is reported and does not fail the deletion`()
    async throws
  {
    let folder = try TemporaryFolder()
    let failures = Mutex<[String]>([])
    let store = try DataStore.open(folder: folder.path, at: start) { event in
      failures.withLock { $0.append("\(event)") }
    }
    let ada = try await store.createAccount(
      name: "ada", passwordHash: "", token: StoreFixture.newToken(1), at: start
    ).account
    _ = try await store.createProject(
      name: "pets", type: .classification, description: "", of: ada.id, at: start)
    let point = try await store.putImage(
      store.stage([1]), image: StoreFixture.facts(), annotation: nil, fileName: "",
      inProject: "pets", of: ada.id, at: start
    ).image
    // A folder of the object's name cannot be unlinked, not even by root.
    try store.files.remove(point.object)
    try FileManager.default.createDirectory(
      atPath: store.files.path(of: point.object), withIntermediateDirectories: false)
    try await store.deleteProject(named: "pets", of: ada.id)
    #expect(failures.withLock { $0.count } == 1)
    #expect(try await store.imageFacts(of: point.object) == nil)
  }

  @Test func `a staged file goes with the last who holds it`() async throws {
    let fixture = try await StoreFixture()
    do {
      let staged = try fixture.store.stage([1, 2, 3])
      #expect(try fixture.folder.stagedFiles() == [staged.stagedName])
      #expect(staged.bytes == 3)
    }
    #expect(try fixture.folder.stagedFiles().isEmpty)
    do {
      var writer = try fixture.store.stage()
      try writer.write([1])
      #expect(writer.bytes == 1)
    }
    #expect(try fixture.folder.stagedFiles().isEmpty)
  }

  @Test(arguments: [2, 3] as [UInt64])
  func `what another process has staged is taken within its bound`(bytesMax: UInt64) async throws {
    let fixture = try await StoreFixture()
    do {
      let slot = try fixture.store.stageSlot()
      #expect(try fixture.folder.stagedFiles() == [slot.stagedName])
      let path = fixture.folder.path + "/staging/" + slot.stagedName
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      try file.write(contentsOf: Data([1, 2, 3]))
      try file.close()
      if bytesMax < 3 {
        await #expect { try await slot.finish(bytesMax: bytesMax) } throws: { error in
          guard case StoreError.limit(_, 3, 2) = error else { return false }
          return true
        }
      } else {
        let staged = try await slot.finish(bytesMax: bytesMax)
        #expect(try staged.hash == fixture.store.stage([1, 2, 3]).hash && staged.bytes == 3)
        #expect(staged.stagedName == slot.stagedName)
      }
    }
    #expect(try fixture.folder.stagedFiles().isEmpty)
  }

  @Test(arguments: ["another file", "a link", "a folder", "nothing"])
  func `what stands in the place of a staged file is not taken`(what: String) async throws {
    let fixture = try await StoreFixture()
    let slot = try fixture.store.stageSlot()
    let path = fixture.folder.path + "/staging/" + slot.stagedName
    try FileManager.default.moveItem(atPath: path, toPath: fixture.folder.path + "/moved")
    switch what {
    case "another file": try Data([1]).write(to: URL(filePath: path))
    case "a link":
      try FileManager.default.createSymbolicLink(
        atPath: path, withDestinationPath: fixture.folder.path + "/moved")
    case "a folder":
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    default: break
    }
    await #expect { try await slot.finish(bytesMax: 10) } throws: { thrown in
      guard case StoreError.file(_, path, ESTALE) = thrown else { return false }
      return true
    }
  }

  private func reopened(_ fixture: StoreFixture) async throws -> DataStore {
    try DataStore.open(folder: fixture.folder.path, at: start + .seconds(60))
  }
}
