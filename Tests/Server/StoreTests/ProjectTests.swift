import API
import Store
import Testing

struct ProjectTests {
  @Test func `a new project is empty and belongs to its maker alone`() async throws {
    let fixture = try await StoreFixture()
    let project = try await fixture.store.createProject(
      name: "pets", type: .detection, description: "my pets", of: fixture.ada.id,
      at: StoreFixture.start)
    #expect(project.owner == "Ada")
    #expect(project.type == .detection)
    #expect(project.classes.isEmpty && project.imageCount == 0)
    #expect(project.newestTraining.isEmpty && project.trainingState == .unspecified)
    #expect(project.publishedModels.isEmpty)
    let grace = try await fixture.makeAccount("grace", seed: 2)
    await #expect(throws: StoreError.notFound(.project, "pets")) {
      try await fixture.store.project(named: "pets", of: grace.id)
    }
    try await fixture.makeProject("pets", of: grace.id)
  }

  @Test(arguments: ["pets", "PETS"])
  func `a project's name is taken in whatever case`(name: String) async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject("Pets")
    await #expect(throws: StoreError.alreadyExists(.project, name)) {
      try await fixture.makeProject(name)
    }
  }

  @Test func `projects stop at the limit`() async throws {
    var limits = StoreLimits()
    limits.accountProjectsMax = 2
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject("one")
    try await fixture.makeProject("two")
    await #expect(throws: StoreError.limit(name: "projects", value: 3, limit: 2)) {
      try await fixture.makeProject("three")
    }
  }

  @Test(arguments: [1, 2, 3, 100] as [Int32])
  func `projects are listed by name, page by page`(rowsMax: Int32) async throws {
    let fixture = try await StoreFixture()
    for name in ["delta", "Alpha", "charlie", "bravo"] { try await fixture.makeProject(name) }
    var seen: [String] = []
    var request = PageRequest<String>(rowsMax: rowsMax)
    repeat {
      let page = try await fixture.store.projects(of: fixture.ada.id, page: request)
      seen += page.rows.map(\.name)
      request.after = page.next
    } while request.after != nil
    #expect(seen == ["Alpha", "bravo", "charlie", "delta"])
  }

  @Test func `a page is never longer than the store's bound`() async throws {
    var limits = StoreLimits()
    limits.pageRowsMax = 2
    let fixture = try await StoreFixture(limits: limits)
    for name in ["a", "b", "c"] { try await fixture.makeProject(name) }
    let page = try await fixture.store.projects(
      of: fixture.ada.id, page: PageRequest(rowsMax: .max))
    #expect(page.rows.count == 2)
    #expect(page.next == "b")
  }

  @Test func `deleting a project removes its objects unless another has them`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject("one")
    try await fixture.makeProject("two")
    try await fixture.put("shared", in: "one")
    try await fixture.put("shared", in: "two")
    try await fixture.put("own", in: "one")
    #expect(try fixture.folder.objectFiles().count == 2)
    try await fixture.store.deleteProject(named: "ONE", of: fixture.ada.id)
    #expect(try fixture.folder.objectFiles().count == 1)
    await #expect(throws: StoreError.notFound(.project, "one")) {
      try await fixture.store.deleteProject(named: "one", of: fixture.ada.id)
    }
  }

  @Test func `the counts follow every change`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    func counts() async throws -> [Int32] {
      let project = try await fixture.store.project(named: "pets", of: fixture.ada.id)
      return [project.message.imageCount, project.message.labeledImageCount]
    }
    let first = try await fixture.put("a", .className("cat")).image.object
    #expect(try await counts() == [1, 1])
    try await fixture.put("b")
    #expect(try await counts() == [2, 1])
    _ = try await fixture.store.setAnnotation(
      first, annotation: nil, inProject: "pets", of: fixture.ada.id, at: StoreFixture.start)
    #expect(try await counts() == [2, 0])
    try await fixture.store.deleteImage(first, inProject: "pets", of: fixture.ada.id)
    #expect(try await counts() == [1, 0])
  }
}
