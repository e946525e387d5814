import API
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

/// When a data folder is opened, and when it is refused with nothing changed.
struct OpeningTests {
  private let start = StoreFixture.start

  /// A closed store with one image, and its folder.
  private func closedStore(_ text: String = "hello") async throws -> TemporaryFolder {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    try await fixture.put(text, .className("cat"))
    try fixture.store.close()
    return fixture.folder
  }

  private func open(_ folder: TemporaryFolder, isNewStore: Bool = false) throws -> DataStore {
    try DataStore.open(folder: folder.path, isNewStore: isNewStore, at: start)
  }

  private func refusal(of folder: TemporaryFolder) -> StoreRefusal? {
    do {
      try open(folder).close()
      return nil
    } catch StoreError.refused(let refusal) {
      return refusal
    } catch {
      Issue.record(error)
      return nil
    }
  }

  @Test func `a clean stop leaves one complete database file`() async throws {
    let folder = try await closedStore()
    let copy = try TemporaryFolder()
    for name in ["diyml.sqlite", "objects"] {
      try FileManager.default.copyItem(
        atPath: folder.path + "/" + name, toPath: copy.path + "/" + name)
    }
    let store = try open(copy)
    let ada = try #require(try await store.account(named: "ada"))
    let contents = try await store.contents(ofProject: "pets", of: ada.id)
    #expect(contents.images.map(\.fileName) == ["hello.png"])
    let object = try #require(contents.images.first?.object)
    #expect(
      try await store.openImage(object, inProject: "pets", of: ada.id).reader
        .read(at: 0, count: 9) == Array("hello".utf8))
    #expect(try await store.trashUnreferencedObjects(at: start) == 0)
  }

  @Test(arguments: [true, false])
  func `a folder that has been used is not opened without its database`(isEmpty: Bool) async throws
  {
    let folder = try await closedStore()
    let database = folder.path + "/diyml.sqlite"
    let objects = try folder.objectFiles()
    if isEmpty {
      try Data().write(to: URL(filePath: database))
    } else {
      try FileManager.default.removeItem(atPath: database)
    }
    guard case .databaseMissing? = refusal(of: folder) else {
      Issue.record("not refused")
      return
    }
    #expect(try folder.objectFiles() == objects)
    // Without the file of the identity the objects speak.
    try FileManager.default.removeItem(atPath: folder.path + "/store")
    guard case .databaseMissing(_, nil, _)? = refusal(of: folder) else {
      Issue.record("not refused")
      return
    }
    let store = try open(folder, isNewStore: true)
    #expect(try await store.trashUnreferencedObjects(at: start) == 1)
    #expect(try folder.files(in: "trash") == objects.map { "1970-01-01/" + $0.suffix(64) })
    try store.close()
    #expect(refusal(of: folder) == nil)
  }

  @Test func `an older copy of the database is refused, also after a crash`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    let database = fixture.folder.path + "/diyml.sqlite"
    try fixture.store.close()
    let yesterday = try Data(contentsOf: URL(filePath: database))
    let store = try DataStore.open(folder: fixture.folder.path, at: start)
    try await store.deleteProject(named: "pets", of: fixture.ada.id)
    // As `kill -9` leaves it: what was committed last is in the journal.
    let crashed = try TemporaryFolder()
    for name in ["diyml.sqlite", "diyml.sqlite-wal", "store", "objects", "lock"] {
      try FileManager.default.copyItem(
        atPath: fixture.folder.path + "/" + name, toPath: crashed.path + "/" + name)
    }
    try store.close()
    for folder in [fixture.folder, crashed] {
      let path = folder.path + "/diyml.sqlite"
      let now = try Data(contentsOf: URL(filePath: path))
      try yesterday.write(to: URL(filePath: path))
      let journal = folder.path + "/diyml.sqlite-wal"
      let held = FileManager.default.contents(atPath: journal)
      if held != nil { try FileManager.default.removeItem(atPath: journal) }
      guard case .older? = refusal(of: folder) else {
        Issue.record("not refused: \(folder.path)")
        return
      }
      try now.write(to: URL(filePath: path))
      if let held { try held.write(to: URL(filePath: journal)) }
      #expect(refusal(of: folder) == nil)
    }
  }

  @Test func `another store's database is refused`() async throws {
    let folder = try await closedStore()
    let other = try await closedStore("other")
    let path = folder.path + "/diyml.sqlite"
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: other.path + "/diyml.sqlite", toPath: path)
    guard case .otherStore? = refusal(of: folder) else {
      Issue.record("not refused")
      return
    }
    let store = try open(folder, isNewStore: true)
    #expect(try await store.account(named: "ada") != nil)
    try store.close()
    #expect(refusal(of: folder) == nil)
  }

  @Test func `a file that is not a store, and a newer one, are refused`() async throws {
    let folder = try TemporaryFolder()
    let queue = try DatabaseQueue(path: folder.path + "/diyml.sqlite")
    try await queue.write { try $0.execute(sql: "CREATE TABLE note (text TEXT)") }
    try queue.close()
    #expect(refusal(of: folder) == .foreign(database: folder.path + "/diyml.sqlite"))

    let newer = try await closedStore()
    let other = try DatabaseQueue(path: newer.path + "/diyml.sqlite")
    try await other.write {
      try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 far away')")
    }
    try other.close()
    #expect(
      refusal(of: newer)
        == .newer(
          database: newer.path + "/diyml.sqlite", version: 999, known: Migrations.version))
  }

  @Test func `a damaged database is refused`() async throws {
    let folder = try await closedStore()
    let path = folder.path + "/diyml.sqlite"
    var bytes = try Data(contentsOf: URL(filePath: path))
    let whole = bytes
    for place in (8_192..<12_288) { bytes[place] = 0xa5 }
    try bytes.write(to: URL(filePath: path))
    guard case .damaged? = refusal(of: folder) else {
      Issue.record("not refused")
      return
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
    try whole.write(to: URL(filePath: path))
    #expect(refusal(of: folder) == nil)
    // A journal beside an empty file is not thrown away.
    try Data().write(to: URL(filePath: path))
    try Data([1, 2, 3]).write(to: URL(filePath: path + "-wal"))
    guard case .damaged? = refusal(of: folder) else {
      Issue.record("not refused")
      return
    }
    #expect(try Data(contentsOf: URL(filePath: path + "-wal")) == Data([1, 2, 3]))
  }

  @Test func `a garbled identity is refused and names the file`() async throws {
    let folder = try await closedStore()
    try Data("diyml store\nid zz\n".utf8).write(to: URL(filePath: folder.path + "/store"))
    #expect(refusal(of: folder) == .identityUnreadable(file: folder.path + "/store"))
    try FileManager.default.removeItem(atPath: folder.path + "/store")
    #expect(refusal(of: folder) == nil)
  }

  @Test func `a backup that is used becomes a store of its own`() async throws {
    let folder = try await closedStore()
    let before = try FolderIdentityFile.read(in: folder.path)
    try Data("{}".utf8).write(to: URL(filePath: folder.path + "/manifest.json"))
    try open(folder).close()
    let after = try FolderIdentityFile.read(in: folder.path)
    #expect(before?.id != nil && after?.id != nil && before?.id != after?.id)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/manifest.json"))
    #expect(refusal(of: folder) == nil)
  }

  @Test func `an identity reads as it was written, and nothing else does`() throws {
    let identity = FolderIdentity(id: FolderIdentity.randomID(), changes: 42)
    #expect(FolderIdentity(text: identity.text) == identity)
    for wrong in ["", "diyml store\n", identity.text + "\n", identity.text.uppercased()] {
      #expect(FolderIdentity(text: wrong) == nil)
    }
    let places = Array(identity.text.utf8).dropFirst(FolderIdentity.changesOffset)
    #expect(String(decoding: places, as: UTF8.self) == "00000000000000000042\n")
  }

  @Test func `the trash goes when its days are over, but not after the clock has jumped`()
    async throws
  {
    let fixture = try await StoreFixture(onDisk: true)
    let store = fixture.store
    let day = Duration.seconds(86_400)
    let trash = fixture.folder.path + "/trash/1970-01-01"
    try FileManager.default.createDirectory(atPath: trash, withIntermediateDirectories: true)
    try Data([1]).write(to: URL(filePath: trash + "/one"))
    #expect(try await store.noteTime(start) == nil)
    #expect(try await store.removeOldTrash(days: 14, at: start + day * 13) == 0)
    #expect(try await store.noteTime(start + day * 20) == start)
    #expect(try await store.removeOldTrash(days: 14, at: start + day * 20) == 0)
    #expect(try await store.removeOldTrash(days: 14, at: start + day * 26) == 0)
    let later = start + day * 27
    #expect(try await store.removeOldTrash(days: 14, at: later) == 1)
    #expect(!FileManager.default.fileExists(atPath: trash))
  }
}
