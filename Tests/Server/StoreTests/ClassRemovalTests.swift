import API
import GRDB
import TestSupport
import Testing

@testable import Store

struct ClassRemovalTests {
  private static let batch = 3

  private func fixture(
    _ kind: ProjectType, images: Int, onDisk: Bool = false
  ) async throws -> StoreFixture {
    var limits = StoreLimits()
    limits.batchRowsMax = Self.batch
    let fixture = try await StoreFixture(onDisk: onDisk, limits: limits)
    try await fixture.makeProject("pets", kind)
    let box = Box(xMin: 0, yMin: 0, xMax: 9, yMax: 9, className: "dog")
    for number in 0..<images {
      try await fixture.put(
        "\(number)", kind == .classification ? .className("dog") : .boxes([box, box]))
    }
    return fixture
  }

  /// Decides the removal and does its first part, as a server that then is killed does.
  private func begin(_ fixture: StoreFixture) async throws -> ProjectID {
    let project = try await fixture.store.project(named: "pets", of: fixture.ada.id).id
    let next = try await fixture.store.transaction { db in
      try db.execute(sql: "UPDATE project SET removing_classes = 1")
      return try DataStore.removeClassesFurther(of: project, rowsMax: Self.batch, in: db)
    }
    #expect(next != nil)
    return project
  }

  private func expectEmpty(_ project: Project) {
    #expect(project.classes.isEmpty && project.labeledImageCount == 0)
  }

  @Test(arguments: [ProjectType.classification, .detection], 0...8)
  func `classes go whole, whether they need no, one or several batches`(
    kind: ProjectType, images: Int
  ) async throws {
    let fixture = try await fixture(kind, images: images)
    try await fixture.store.deleteClasses(
      ofProject: "pets", of: fixture.ada.id, force: true, at: StoreFixture.start)
    let contents = try await fixture.store.contents(ofProject: "pets", of: fixture.ada.id)
    expectEmpty(contents.project)
    #expect(contents.images.count == images)
    #expect(contents.images.allSatisfy { $0.label == nil })
  }

  @Test(arguments: [ProjectType.classification, .detection])
  func `who asks for a project finishes the removal first`(kind: ProjectType) async throws {
    let fixture = try await fixture(kind, images: 10)
    _ = try await begin(fixture)
    let list = try await fixture.store.images(
      inProject: "pets", of: fixture.ada.id, filter: ImageFilter(unlabeledOnly: true),
      page: PageRequest())
    #expect(list.rows.count == 10)
  }

  @Test func `a write, a list of projects and the contents wait for it as well`() async throws {
    let methods: [@Sendable (StoreFixture) async throws -> Void] = [
      { fixture in
        _ = try await fixture.store.setClasses(
          [Class(id: 0, name: "dog")], ofProject: "pets", of: fixture.ada.id, at: StoreFixture.start
        )
        let point = try await fixture.put("0").image
        #expect(point.label == nil)
        // Its name is that of a class that went, its id is new.
        let classes = try await fixture.store.classes(ofProject: "pets", of: fixture.ada.id)
        #expect(classes.classes == [Class(id: 3, name: "dog")])
      },
      { fixture in
        let page = try await fixture.store.projects(of: fixture.ada.id, page: PageRequest())
        #expect(page.rows.allSatisfy { $0.classes.isEmpty && $0.labeledImageCount == 0 })
      },
      { fixture in
        let contents = try await fixture.store.contents(ofProject: "pets", of: fixture.ada.id)
        #expect(contents.images.allSatisfy { $0.label == nil })
      },
      { fixture in
        let labeled = try await fixture.store.examine(project: "pets", of: fixture.ada.id) {
          $0.project.labeledImageCount
        }
        #expect(labeled == 0)
      },
      { fixture in
        let training = try await fixture.queueTraining()
        #expect(training.imageCount == 0)
      },
    ]
    for method in methods {
      let fixture = try await fixture(.classification, images: 10)
      _ = try await begin(fixture)
      try await method(fixture)
    }
  }

  @Test func `many may ask at once, and other projects go on`() async throws {
    let fixture = try await fixture(.classification, images: 40, onDisk: true)
    try await fixture.makeProject("other")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await fixture.store.deleteClasses(
          ofProject: "pets", of: fixture.ada.id, force: true, at: StoreFixture.start)
      }
      for number in 0..<8 {
        group.addTask {
          // All of the images have their class, or none has.
          let contents = try await fixture.store.contents(ofProject: "pets", of: fixture.ada.id)
          let labeled = contents.images.count { $0.label != nil }
          #expect(labeled == 0 || labeled == 40)
          #expect(contents.project.classes.count == (labeled == 0 ? 0 : 2))
          try await fixture.put("other \(number)", .className("cat"), in: "other")
        }
      }
      try await group.waitForAll()
    }
    expectEmpty(try await fixture.store.project(named: "pets", of: fixture.ada.id).message)
    let other = try await fixture.store.project(named: "other", of: fixture.ada.id)
    #expect(other.message.labeledImageCount == 8)
  }

  @Test(arguments: [ProjectType.classification, .detection])
  func `a removal that a crash cut off is finished after the next start`(
    kind: ProjectType
  ) async throws {
    let fixture = try await fixture(kind, images: 10, onDisk: true)
    _ = try await begin(fixture)
    try fixture.store.close()
    let store = try DataStore.open(folder: fixture.folder.path, at: StoreFixture.start)
    try await store.finishClassRemovals()
    let marked = try await store.database.read {
      try DataStore.count($0, "SELECT count(*) FROM project WHERE removing_classes = 1", [])
    }
    #expect(marked == 0)
    expectEmpty(try await store.project(named: "pets", of: fixture.ada.id).message)
  }

  @Test func `the answer is kept with the decision`() async throws {
    let fixture = try await fixture(.classification, images: 10)
    let key = AnswerKey(
      name: [UInt8](repeating: 1, count: 32), fingerprint: [UInt8](repeating: 2, count: 32))
    try await fixture.store.deleteClasses(
      ofProject: "pets", of: fixture.ada.id, force: true, at: StoreFixture.start,
      keeping: PendingResponse(key, at: StoreFixture.start, until: StoreFixture.start + .seconds(1))
      {
        [7]
      })
    let kept = try await fixture.store.keptAnswer(
      named: key.name, ofAccount: "ada", at: StoreFixture.start)
    #expect(kept?.bytes == [7])
  }
}
