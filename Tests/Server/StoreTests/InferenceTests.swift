import API
import Store
import Testing

struct InferenceTests {
  private let id = String(repeating: "0", count: 32)

  func fixture(
    limits: StoreLimits = StoreLimits()
  ) async throws -> (StoreFixture, PublicationRecord) {
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject()
    try await fixture.put("a", .className("cat"))
    _ = try await fixture.train()
    let publication = try await fixture.store.publish(
      nil, ofProject: "pets", of: fixture.ada.id, description: "", at: StoreFixture.start)
    return (fixture, publication)
  }

  func submit(
    _ fixture: StoreFixture, _ publication: PublicationRecord, id: String, image: [UInt8] = [5],
    at now: Timestamp = StoreFixture.start
  ) async throws {
    try await fixture.store.submitInference(
      id: id, image: fixture.store.stage(image), publication: publication,
      options: InferRequest(topK: 3, confidenceMin: 0.25, iouMax: 0.5, detectionsMax: 7),
      of: fixture.ada.id, at: now)
  }

  @Test func `an inference waits with its image and is kept with its answer`() async throws {
    let (fixture, publication) = try await fixture()
    let store = fixture.store
    try await submit(fixture, publication, id: id)
    let waiting = try #require(try await store.pendingInferences(page: PageRequest()).rows.first)
    #expect(waiting.id == id && waiting.request.topK == 3 && waiting.request.model == "Ada/pets@1")
    #expect(waiting.training == publication.training.id)
    #expect(try await store.pendingInferenceCount() == 1)
    guard case .pending(let image) = waiting.state else {
      Issue.record("\(waiting.state)")
      return
    }
    #expect(try await store.openObject(image).read(at: 0, count: 9) == [5])
    let filesBefore = try fixture.folder.objectFiles().count

    let expiry = StoreFixture.start + .seconds(10)
    try await store.finishInference(id, .done([1, 2]), keepingUntil: expiry)
    #expect(try fixture.folder.objectFiles().count == filesBefore - 1)
    let done = try await store.inference(id, of: fixture.ada.id, at: StoreFixture.start)
    #expect(done.state == .done([1, 2]) && done.expireTime == expiry)
    #expect(try await store.pendingInferences(page: PageRequest()).rows.isEmpty)
    #expect(try await store.pendingInferenceCount() == 0)
    await #expect(throws: StoreError.notFound(.inference, id)) {
      try await store.finishInference(id, .failed([3]), keepingUntil: expiry)
    }
    await #expect(throws: StoreError.notFound(.inference, id)) {
      try await store.inference(id, of: fixture.ada.id, at: expiry)
    }
  }

  @Test func `an inference is its submitter's alone`() async throws {
    let (fixture, publication) = try await fixture()
    let grace = try await fixture.makeAccount("grace", seed: 2)
    try await submit(fixture, publication, id: id)
    await #expect(throws: StoreError.notFound(.inference, id)) {
      try await fixture.store.inference(id, of: grace.id, at: StoreFixture.start)
    }
  }

  @Test func `waiting inferences stop at the limit`() async throws {
    var limits = StoreLimits()
    limits.accountPendingInferencesMax = 2
    let (fixture, publication) = try await fixture(limits: limits)
    try await submit(fixture, publication, id: "1")
    try await submit(fixture, publication, id: "2")
    await #expect(throws: StoreError.limit(name: "unfinished inferences", value: 3, limit: 2)) {
      try await submit(fixture, publication, id: "3", image: [6])
    }
    try await fixture.store.finishInference("1", .failed([]), keepingUntil: StoreFixture.start)
    try await submit(fixture, publication, id: "3", image: [6])
    let page = try await fixture.store.pendingInferences(page: PageRequest(rowsMax: 1))
    #expect(page.rows.map(\.id) == ["2"])
    let rest = try await fixture.store.pendingInferences(page: PageRequest(after: page.next))
    #expect(rest.rows.map(\.id) == ["3"])
  }

  @Test func `nothing is taken for a model that was taken back meanwhile`() async throws {
    let (fixture, publication) = try await fixture()
    _ = try await fixture.store.unpublish(nil, ofProject: "pets", of: fixture.ada.id)
    await #expect(throws: StoreError.notFound(.publication, "Ada/pets@1")) {
      try await submit(fixture, publication, id: id)
    }
  }
}
