import API
import GRDB
import Testing

@testable import Store

/// The counters that triggers keep, against what counting finds.
struct CounterTests {
  private struct Counts: Equatable {
    var images: [Int32: Int] = [:]
    var tally: [String] = []

    static func kept(in db: Database) throws -> Counts {
      var counts = Counts()
      for row in try Row.fetchAll(db, sql: "SELECT id, image_count FROM class") {
        counts.images[row["id"]] = row["image_count"]
      }
      counts.tally = try String.fetchAll(
        db,
        sql: """
          SELECT subject || state || ':' || count FROM tally WHERE count > 0
          ORDER BY subject, state
          """)
      return counts
    }

    static func found(in db: Database) throws -> Counts {
      var counts = Counts()
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT id, (SELECT count(*) FROM data_point
              WHERE data_point.project = class.project AND data_point.class = class.id)
            + (SELECT count(DISTINCT data_point) FROM box
              WHERE box.project = class.project AND box.class = class.id) AS count FROM class
          """)
      for row in rows { counts.images[row["id"]] = row["count"] }
      for table in ["inference", "training"] {
        counts.tally += try String.fetchAll(
          db,
          sql: """
            SELECT '\(table)' || state || ':' || count(*) FROM \(table) GROUP BY state
            ORDER BY state
            """)
      }
      return counts
    }
  }

  private func check(_ fixture: StoreFixture, _ what: Comment) async throws -> Counts {
    let (kept, found) = try await fixture.store.database.read {
      (try Counts.kept(in: $0), try Counts.found(in: $0))
    }
    #expect(kept == found, what)
    return kept
  }

  @Test func `images of a class are counted as they come, change and go`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let image = try await fixture.put("a", .className("cat")).image.object
    try await fixture.put("b", .className("cat"))
    try await fixture.put("c")
    #expect(try await check(fixture, "put").images == [1: 2, 2: 0])
    func relabel(_ name: String?) async throws {
      _ = try await fixture.store.setAnnotation(
        image, annotation: name.map { .className($0) }, inProject: "pets", of: fixture.ada.id,
        at: StoreFixture.start)
    }
    try await relabel("dog")
    #expect(try await check(fixture, "another class").images == [1: 1, 2: 1])
    try await relabel(nil)
    #expect(try await check(fixture, "none").images == [1: 1, 2: 0])
    try await relabel("dog")
    try await fixture.store.deleteImage(image, inProject: "pets", of: fixture.ada.id)
    #expect(try await check(fixture, "deleted").images == [1: 1, 2: 0])
  }

  @Test func `several boxes of one class in an image count once`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject("pets", .detection)
    func boxes(_ names: [String]) -> Annotation.Value {
      .boxes(names.map { Box(xMin: 0, yMin: 0, xMax: 1, yMax: 1, className: $0) })
    }
    let image = try await fixture.put("a", boxes(["cat", "cat", "dog"])).image.object
    try await fixture.put("b", boxes(["cat"]))
    #expect(try await check(fixture, "put").images == [1: 2, 2: 1])
    for names in [["dog", "dog"], [], ["cat", "dog", "cat"]] {
      _ = try await fixture.store.setAnnotation(
        image, annotation: boxes(names), inProject: "pets", of: fixture.ada.id,
        at: StoreFixture.start)
      _ = try await check(fixture, "\(names)")
    }
    try await fixture.store.deleteImage(image, inProject: "pets", of: fixture.ada.id)
    #expect(try await check(fixture, "deleted").images == [1: 1, 2: 0])
  }

  @Test func `trainings and inferences are counted by state, also when their project goes`()
    async throws
  {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    try await fixture.put("a", .className("cat"))
    _ = try await fixture.train()
    let publication = try await fixture.store.publish(
      nil, ofProject: "pets", of: fixture.ada.id, description: "", at: StoreFixture.start)
    let queued = try await fixture.queueTraining()
    for number in 0..<3 {
      try await fixture.store.submitInference(
        id: String(repeating: "\(number)", count: 32), image: fixture.store.stage([UInt8(number)]),
        publication: publication, options: InferRequest(topK: 1), of: fixture.ada.id,
        at: StoreFixture.start)
    }
    try await fixture.store.finishInference(
      String(repeating: "1", count: 32), .done([1]), keepingUntil: StoreFixture.start)
    #expect(
      try await check(fixture, "all").tally
        == ["inference1:2", "inference2:1", "training1:1", "training3:1"])
    #expect(try await fixture.store.pendingInferenceCount() == 2)
    #expect(try await fixture.store.trainingCounts()[.succeeded] == 1)
    _ = try await fixture.store.endTraining(
      queued.id, .canceled(reason: ""), at: StoreFixture.start)
    _ = try await check(fixture, "cancelled")
    try await fixture.store.deleteProject(named: "pets", of: fixture.ada.id)
    _ = try await check(fixture, "the project deleted")
    try await fixture.store.deleteAccount(fixture.ada.id)
    _ = try await check(fixture, "the account deleted")
  }
}
