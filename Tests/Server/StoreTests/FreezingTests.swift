import API
import Cryptography
import Dispatch
import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Store

struct FreezingTests {
  private func fixture(images: Int = 3) async throws -> StoreFixture {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    for image in 0..<images { try await fixture.put("\(image)", .className("cat")) }
    return fixture
  }

  /// Queues a training; `meanwhile` runs when the images have been read and none of them is stored.
  private func queueTraining(
    _ fixture: StoreFixture, _ meanwhile: () async throws -> Void
  ) async throws -> TrainingRecord {
    let (read, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    async let training = fixture.store.queueTraining(
      ofProject: "pets", of: fixture.ada.id, parameters: [], at: StoreFixture.start
    ) { examination in
      let dataSet = try StoreFixture.freeze(examination)
      read.signal()
      done.wait()
      return dataSet
    }
    await wait(for: read)
    do {
      defer { done.signal() }
      try await meanwhile()
    }
    return try await training
  }

  private func rows(_ table: String, _ store: DataStore) async throws -> Int {
    try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? -1 }
  }

  @Test func `images that are deleted while they are frozen stay until the training ends`()
    async throws
  {
    let fixture = try await fixture()
    let store = fixture.store
    let points = try await store.contents(ofProject: "pets", of: fixture.ada.id).images
    let training = try await queueTraining(fixture) {
      for point in points {
        try await store.deleteImage(point.object, inProject: "pets", of: fixture.ada.id)
      }
      try await store.removeLeftovers()
      #expect(try fixture.folder.objectFiles().count == 3)
    }
    try await store.removeLeftovers()
    let dataSet = try await store.frozenDataSet(of: training.id)
    #expect(Set(dataSet.examples.map(\.object)) == Set(points.map(\.object)))
    #expect(try fixture.folder.objectFiles().count == 3)
    _ = try await store.endTraining(
      training.id, .canceled(reason: ""), at: StoreFixture.start)
    try await store.removeLeftovers()
    #expect(try fixture.folder.objectFiles().isEmpty)
    #expect(try await rows("data_set", store) == 0)
  }

  @Test func `a project that is deleted while it is frozen is not found, and nothing stays`()
    async throws
  {
    let fixture = try await fixture()
    let store = fixture.store
    await #expect(throws: StoreError.notFound(.project, "pets")) {
      try await queueTraining(fixture) {
        try await store.deleteProject(named: "pets", of: fixture.ada.id)
        // One of the same name is another.
        try await fixture.makeProject()
      }
    }
    try await store.removeLeftovers()
    #expect(try fixture.folder.objectFiles().isEmpty)
    #expect(try await rows("frozen_image", store) == 0)
    #expect(try await rows("data_set", store) == 0)
    #expect(try await store.nextQueuedTraining() == nil)
  }

  @Test func `of two trainings that are queued at once one is refused`() async throws {
    let fixture = try await fixture()
    await #expect(throws: StoreError.trainingActive(number: 1)) {
      try await queueTraining(fixture) { _ = try await fixture.queueTraining() }
    }
    try await fixture.store.removeLeftovers()
    #expect(try await rows("data_set", fixture.store) == 1)
    #expect(try await rows("frozen_image", fixture.store) == 3)
  }

  @Test func `whoever goes while a data set is frozen leaves nothing`() async throws {
    let fixture = try await fixture()
    await withTaskGroup(of: Void.self) { group in
      let read = DispatchSemaphore(value: 0)
      group.addTask {
        await #expect(throws: CancellationError.self) {
          try await fixture.store.queueTraining(
            ofProject: "pets", of: fixture.ada.id, parameters: [], at: StoreFixture.start
          ) { examination in
            read.signal()
            while true { try examination.check() }
          }
        }
      }
      await wait(for: read)
      group.cancelAll()
    }
    try await fixture.store.removeLeftovers()
    #expect(try await rows("data_set", fixture.store) == 0)
    #expect(try await fixture.queueTraining().number == 1)
  }

  @Test func `what a crash leaves of a data set goes after the next start`() async throws {
    let fixture = try await fixture()
    let kept = try await fixture.queueTraining()
    let point = try await fixture.put("deleted").image
    try await fixture.store.transaction { db in
      try db.execute(sql: "INSERT INTO data_set DEFAULT VALUES")
      let arguments: StatementArguments = [db.lastInsertedRowID, point.object.hex]
      try db.execute(
        sql: "INSERT INTO frozen_image VALUES (?, 0, ?, 0, NULL, 0, 1, 1)", arguments: arguments)
    }
    try await fixture.store.deleteImage(
      point.object, inProject: "pets", of: fixture.ada.id)
    try fixture.store.close()
    let again = try DataStore.open(folder: fixture.folder.path, at: StoreFixture.start)
    #expect(try await rows("data_set", again) == 2)
    #expect(
      try await again.trainings(
        ofProject: "pets", of: fixture.ada.id, page: PageRequest()
      ).rows.map(\.id) == [kept.id])
    try await again.removeLeftovers()
    #expect(try await rows("data_set", again) == 1)
    #expect(try fixture.folder.objectFiles().count == 3)
    #expect(try await again.frozenDataSet(of: kept.id).examples.count == 3)
  }

  @Test func `what is being frozen is not taken for a left-over`() async throws {
    let fixture = try await fixture()
    let store = fixture.store
    let id = try await store.transaction { db in
      try db.execute(sql: "INSERT INTO data_set DEFAULT VALUES")
      return db.lastInsertedRowID
    }
    store.preparing.withLock { _ = $0.insert(id) }
    try await store.removeLeftovers()
    #expect(try await rows("data_set", store) == 1)
    store.preparing.withLock { _ = $0.remove(id) }
    try await store.removeLeftovers()
    #expect(try await rows("data_set", store) == 0)
  }

  @Test func `a data set is stored in many small steps, in its order`() async throws {
    let fixture = try await fixture(images: 1)
    let object = try #require(
      try await fixture.store.contents(ofProject: "pets", of: fixture.ada.id).images.first
    ).object
    let examples = (0..<5_000).map { number in
      TrainingExample(
        object: object, label: .classIndex(0), group: Int32(number), width: 1, height: 1)
    }
    let training = try await fixture.store.queueTraining(
      ofProject: "pets", of: fixture.ada.id, parameters: [], at: StoreFixture.start
    ) { _ in FrozenDataSet(classNames: ["cat"], examples: examples) }
    let stored = try await fixture.store.frozenDataSet(of: training.id).examples
    #expect(stored.sorted { $0.group < $1.group } == examples)
    _ = try await fixture.store.endTraining(
      training.id, .failed(reason: ""), at: StoreFixture.start)
    try await fixture.store.removeLeftovers()
    #expect(try await rows("frozen_image", fixture.store) == 0)
  }

  @Test func `the hash of a data set is that of its sorted lines`() throws {
    func box(_ index: Int32, _ left: Double) -> EngineBox {
      EngineBox(classIndex: index, xMin: left, yMin: 0.5, xMax: 100, yMax: 1e20)
    }
    let labels: [(String, TrainingExample.Label)] = [
      ("b", .boxes([box(1, 10), box(0, 9), box(2, 9), box(1, -1)])), ("0", .boxes([])),
      ("a", .boxes([box(0, 2)])), ("f", .classIndex(2)),
    ]
    let names = ["\u{e9}", "e\u{301}a", "Z"]
    var examples: [TrainingExample] = []
    var lines: [String] = []
    for (digit, label) in labels {
      let object = try #require(ObjectHash(hex: String(repeating: digit, count: 64)))
      examples.append(
        TrainingExample(object: object, label: label, group: 0, width: 1, height: 1))
      switch label {
      case .classIndex(let index): lines.append("\(object) \(names[Int(index)])\n")
      case .boxes([]): lines.append("\(object)\n")
      case .boxes(let boxes):
        lines += boxes.map {
          "\(object) \($0.xMin) \($0.yMin) \($0.xMax) \($0.yMax) \(names[Int($0.classIndex)])\n"
        }
      }
    }
    let digest = lowerHex(SHA256.hash(lines.sorted().joined().utf8))
    let hash = FrozenDataSet(classNames: names, examples: examples).hash {}
    #expect(hash == digest)
  }
}
