import API
import Store
import Testing

struct PublicationTests {
  private func fixture() async throws -> StoreFixture {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    try await fixture.put("a", .className("cat"))
    return fixture
  }

  private func publish(
    _ fixture: StoreFixture, _ version: Int32? = nil, project: String = "pets",
    description: String = ""
  ) async throws -> PublicationRecord {
    try await fixture.store.publish(
      version, ofProject: project, of: fixture.ada.id, description: description,
      at: StoreFixture.start)
  }

  @Test func `a published model is found by its address`() async throws {
    let fixture = try await fixture()
    for version in 1...3 {
      _ = try await fixture.train(weights: "weights \(version)")
      _ = try await publish(fixture)
    }
    let newest = try await fixture.store.publication(owner: "ada", project: "PETS", number: nil)
    #expect(newest.message.model == "Ada/pets@3")
    #expect(newest.message.classNames == ["cat", "dog"])
    let second = try await fixture.store.publication(owner: "Ada", project: "pets", number: 2)
    #expect(second.message.model == "Ada/pets@2" && second.model.weights != newest.model.weights)
    let project = try await fixture.store.project(named: "pets", of: fixture.ada.id)
    #expect(project.message.publishedModels == (1...3).map { "Ada/pets@\($0)" })
  }

  @Test func `only a training that succeeded can be published`() async throws {
    let fixture = try await fixture()
    await #expect(throws: StoreError.notFound(.training, "newest that succeeded")) {
      try await publish(fixture)
    }
    _ = try await fixture.queueTraining()
    await #expect(throws: StoreError.trainingState(number: 1, .queued)) {
      try await publish(fixture, 1)
    }
    await #expect(throws: StoreError.notFound(.training, "2")) { try await publish(fixture, 2) }
    await #expect(throws: StoreError.notFound(.publication, "Ada/pets")) {
      try await fixture.store.publication(owner: "Ada", project: "pets", number: nil)
    }
  }

  @Test func `publishing again changes the description alone`() async throws {
    let fixture = try await fixture()
    _ = try await fixture.train()
    let first = try await publish(fixture, description: "old")
    var second = try await publish(fixture, 1, description: "new")
    #expect(second.message.description == "new")
    second.message.description = "old"
    #expect(second == first)
  }

  @Test func `unpublishing takes back one version or all`() async throws {
    let fixture = try await fixture()
    for _ in 1...3 {
      _ = try await fixture.train()
      _ = try await publish(fixture)
    }
    func unpublish(_ version: Int32?) async throws -> [Int32] {
      try await fixture.store.unpublish(version, ofProject: "pets", of: fixture.ada.id)
    }
    #expect(try await unpublish(2) == [2])
    await #expect(throws: StoreError.notFound(.publication, "pets@2")) { try await unpublish(2) }
    #expect(try await unpublish(nil) == [1, 3])
    await #expect(throws: StoreError.notFound(.publication, "pets")) { try await unpublish(nil) }
  }

  @Test func `a search matches owner, name, description and classes, newest first`()
    async throws
  {
    let fixture = try await fixture()
    _ = try await fixture.train()
    _ = try await publish(fixture, description: "My Animals")
    try await fixture.makeProject("birds")
    _ = try await fixture.store.setClasses(
      [Class(id: 0, name: "Wren_100%")], ofProject: "birds", of: fixture.ada.id,
      at: StoreFixture.start)
    try await fixture.put("b", .className("Wren_100%"), in: "birds")
    _ = try await fixture.train("birds")
    _ = try await publish(fixture, project: "birds")
    func search(_ filter: PublicationFilter) async throws -> [String] {
      try await fixture.store.publications(filter: filter, page: PageRequest()).rows.map(
        \.message.model)
    }
    #expect(try await search(PublicationFilter()) == ["Ada/birds@1", "Ada/pets@1"])
    #expect(try await search(PublicationFilter(owner: "ADA", text: "animal")) == ["Ada/pets@1"])
    #expect(try await search(PublicationFilter(text: "wren")) == ["Ada/birds@1"])
    #expect(try await search(PublicationFilter(text: "0%")) == ["Ada/birds@1"])
    #expect(try await search(PublicationFilter(text: "%")) == ["Ada/birds@1"])
    #expect(try await search(PublicationFilter(text: "PETS")) == ["Ada/pets@1"])
    #expect(try await search(PublicationFilter(text: "cow")) == [])
    #expect(try await search(PublicationFilter(owner: "grace")) == [])
    let first = try await fixture.store.publications(
      filter: PublicationFilter(), page: PageRequest(rowsMax: 1))
    let second = try await fixture.store.publications(
      filter: PublicationFilter(), page: PageRequest(after: first.next, rowsMax: 1))
    #expect(first.rows.map(\.message.model) == ["Ada/birds@1"])
    #expect(second.rows.map(\.message.model) == ["Ada/pets@1"] && second.next == nil)
  }

  @Test func `a deleted project takes its publications and weights along`() async throws {
    let fixture = try await fixture()
    _ = try await fixture.train()
    _ = try await publish(fixture)
    try await fixture.store.deleteProject(named: "pets", of: fixture.ada.id)
    let page = try await fixture.store.publications(
      filter: PublicationFilter(), page: PageRequest())
    #expect(page.rows.isEmpty)
    try await fixture.store.removeLeftovers()
    #expect(try fixture.folder.objectFiles().isEmpty)
  }
}
