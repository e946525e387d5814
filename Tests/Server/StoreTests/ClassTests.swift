import API
import GRDB
import Testing

@testable import Store

struct ClassTests {
  private func record(_ id: Int32, _ name: String) -> Class {
    Class(id: id, name: name)
  }

  @Test func `renaming keeps the id, a new class gets a new one, and no id comes back`()
    async throws
  {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    func set(_ classes: [Class]) async throws -> [Class] {
      try await fixture.store.setClasses(
        classes, ofProject: "pets", of: fixture.ada.id, at: StoreFixture.start
      ).classes
    }
    #expect(
      try await set([record(0, "dog"), record(1, "kitten")])
        == [record(2, "dog"), record(1, "kitten")])
    #expect(try await set([record(0, "dog")]) == [record(2, "dog")])
    #expect(
      try await set([record(0, "cat"), record(0, "dog")]) == [record(3, "cat"), record(2, "dog")])
    #expect(
      try await fixture.store.classes(ofProject: "pets", of: fixture.ada.id).classes
        == [record(3, "cat"), record(2, "dog")])
  }

  @Test func `two classes can swap their names`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let image = try await fixture.put("a", .className("cat")).image.object
    _ = try await fixture.store.setClasses(
      [record(1, "dog"), record(2, "cat")], ofProject: "pets", of: fixture.ada.id,
      at: StoreFixture.start)
    let point = try await fixture.store.image(image, inProject: "pets", of: fixture.ada.id)
    #expect(point.label == .className("dog"))
  }

  @Test func `a name whose id is given away gets a new id`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let list = try await fixture.store.setClasses(
      [record(0, "cat"), record(1, "feline"), record(0, "dog")], ofProject: "pets",
      of: fixture.ada.id, at: StoreFixture.start)
    #expect(list.classes == [record(3, "cat"), record(1, "feline"), record(2, "dog")])
  }

  @Test func `setting the same classes again writes none of them`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    func writes(_ names: [String]) async throws -> Int {
      let before = try await fixture.store.database.read { $0.totalChangesCount }
      _ = try await fixture.store.setClasses(
        names.map { record(0, $0) }, ofProject: "pets", of: fixture.ada.id, at: StoreFixture.start)
      return try await fixture.store.database.read { $0.totalChangesCount } - before
    }
    #expect(try await writes(["cat", "dog"]) == 0)
    // A new class, the next free number, the project's count of changes and its last one, and the
    // store's count of changes.
    #expect(try await writes(["cat", "dog", "cow"]) == 5)
    #expect(try await writes(["dog", "cat", "cow"]) == 5)
    #expect(try await writes(["dog", "cat"]) == 4)
  }

  @Test func `a bad list is refused and changes nothing`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    func refusal(_ classes: [Class]) async -> StoreError? {
      await #expect(throws: StoreError.self) {
        try await fixture.store.setClasses(
          classes, ofProject: "pets", of: fixture.ada.id, at: StoreFixture.start)
      }
    }
    #expect(await refusal([record(7, "x")]) == .notFound(.classID, "id 7"))
    #expect(await refusal([record(1, "x"), record(1, "y")]) == .repeatedClass("id 1"))
    #expect(await refusal([record(0, "x"), record(0, "x")]) == .repeatedClass("x"))
    #expect(
      try await fixture.store.classes(ofProject: "pets", of: fixture.ada.id).classes
        == [record(1, "cat"), record(2, "dog")])
  }

  @Test func `classes stop at the limit`() async throws {
    var limits = StoreLimits()
    limits.projectClassesMax = 2
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject()
    await #expect(throws: StoreError.limit(name: "classes", value: 3, limit: 2)) {
      try await fixture.store.setClasses(
        ["a", "b", "c"].map { record(0, $0) }, ofProject: "pets", of: fixture.ada.id,
        at: StoreFixture.start)
    }
  }

  @Test(arguments: [ProjectType.classification, .detection])
  func `a class in use is not dropped unless forced`(kind: ProjectType) async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject("pets", kind)
    let box = Box(xMin: 0, yMin: 0, xMax: 9, yMax: 9, className: "dog")
    let annotation: Annotation.Value =
      kind == .classification ? .className("dog") : .boxes([box, box])
    let image = try await fixture.put("a", annotation).image.object
    await #expect(throws: StoreError.classInUse("dog", images: 1)) {
      try await fixture.store.setClasses(
        [record(1, "cat")], ofProject: "pets", of: fixture.ada.id, at: StoreFixture.start)
    }
    await #expect(throws: StoreError.classInUse("dog", images: 1)) {
      try await fixture.store.deleteClasses(
        ofProject: "pets", of: fixture.ada.id, force: false, at: StoreFixture.start)
    }
    let same = try await fixture.store.image(image, inProject: "pets", of: fixture.ada.id)
    #expect(same.label == annotation)
    try await fixture.store.deleteClasses(
      ofProject: "pets", of: fixture.ada.id, force: true, at: StoreFixture.start)
    let point = try await fixture.store.image(image, inProject: "pets", of: fixture.ada.id)
    #expect(point.label == nil)
    let project = try await fixture.store.project(named: "pets", of: fixture.ada.id)
    #expect(project.message.classes.isEmpty && project.message.labeledImageCount == 0)
  }

  @Test func `an image looked at and empty stays so when all classes go`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject("pets", .detection)
    let image = try await fixture.put("a", .boxes([])).image.object
    try await fixture.store.deleteClasses(
      ofProject: "pets", of: fixture.ada.id, force: true, at: StoreFixture.start)
    let point = try await fixture.store.image(image, inProject: "pets", of: fixture.ada.id)
    #expect(point.label == .boxes([]))
  }
}
