import API
import Codec
import Cryptography
import Foundation
import Store
import Testing

struct TrainingTests {
  private func fixture(limits: StoreLimits = StoreLimits()) async throws -> StoreFixture {
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject()
    try await fixture.put("a", .className("cat"))
    try await fixture.put("b", .className("dog"))
    try await fixture.put("c")
    return fixture
  }

  @Test func `a queued training holds the data set as it was`() async throws {
    let fixture = try await fixture()
    let training = try await fixture.queueTraining()
    #expect(training.number == 1 && training.state == .queued)
    #expect(training.parameters == [1, 2] && training.imageCount == 2)
    #expect(training.startTime == nil && training.endTime == nil && training.model == nil)
    let hashes = ["a", "b"].map { lowerHex(SHA256.hash($0.utf8)) }
    let list = ["\(hashes[0]) cat\n", "\(hashes[1]) dog\n"].sorted().joined()
    let listHash = lowerHex(SHA256.hash(list.utf8))
    #expect(training.dataSetHash == listHash)

    // Deleting and relabelling change neither the list nor the bytes it needs.
    let points = try await fixture.store.contents(ofProject: "pets", of: fixture.ada.id).images
    for point in points {
      try await fixture.store.deleteImage(
        point.object, inProject: "pets", of: fixture.ada.id)
    }
    let dataSet = try await fixture.store.frozenDataSet(of: training.id)
    #expect(dataSet.classNames == ["cat", "dog"])
    #expect(dataSet.examples.map(\.object.hex) == hashes.sorted())
    #expect(
      dataSet.examples.map(\.label) == hashes.sorted().map { .classIndex($0 == hashes[0] ? 0 : 1) })
    #expect(try fixture.folder.objectFiles().count == 2)

    // Once it has ended, nothing holds them any more.
    _ = try await fixture.store.endTraining(
      training.id, .canceled(reason: "by its owner"), at: StoreFixture.start)
    #expect(try fixture.folder.objectFiles().isEmpty)
    #expect(try await fixture.store.training(training.id).dataSetHash == listHash)
  }

  @Test func `what the check throws queues nothing`() async throws {
    struct NotReady: Error {}
    let fixture = try await fixture()
    await #expect(throws: NotReady.self) {
      try await fixture.store.queueTraining(
        ofProject: "pets", of: fixture.ada.id, parameters: [], at: StoreFixture.start
      ) { _ in throw NotReady() }
    }
    #expect(try await fixture.store.nextQueuedTraining() == nil)
    #expect(try await fixture.queueTraining().number == 1)
  }

  @Test func `a project has one active training at a time`() async throws {
    let fixture = try await fixture()
    let first = try await fixture.queueTraining()
    await #expect(throws: StoreError.trainingActive(number: 1)) {
      try await fixture.queueTraining()
    }
    _ = try await fixture.store.startTraining(first.id, at: StoreFixture.start)
    await #expect(throws: StoreError.trainingActive(number: 1)) {
      try await fixture.queueTraining()
    }
    _ = try await fixture.store.endTraining(
      first.id, .failed(reason: "killed"), at: StoreFixture.start)
    #expect(try await fixture.queueTraining().number == 2)
    let counts = try await fixture.store.trainingCounts()
    #expect(
      counts == [.queued: 1, .running: 0, .succeeded: 0, .failed: 1, .canceled: 0])
    let project = try await fixture.store.project(named: "pets", of: fixture.ada.id)
    #expect(
      project.message.newestTraining == "Ada/pets@2" && project.message.trainingState == .queued)
  }

  @Test func `whoever deletes learns which trainings were queued or running`() async throws {
    let fixture = try await fixture()
    let store = fixture.store
    let ended = try await fixture.queueTraining()
    _ = try await store.endTraining(ended.id, .failed(reason: ""), at: StoreFixture.start)
    let running = try await fixture.queueTraining()
    _ = try await store.startTraining(running.id, at: StoreFixture.start)
    #expect(try await store.deleteProject(named: "PETS", of: fixture.ada.id) == [running.id])
    #expect(try await store.deleteAccount(fixture.ada.id) == [])

    let other = try await self.fixture()
    let queued = try await other.queueTraining()
    #expect(try await other.store.deleteAccount(other.ada.id) == [queued.id])
  }

  @Test func `a training lives from queued to succeeded, and each step is an event`()
    async throws
  {
    let fixture = try await fixture()
    let store = fixture.store
    let queued = try await fixture.queueTraining()
    #expect(try await store.nextQueuedTraining() == queued)
    #expect(try await store.trainingReport(of: queued.id) == nil)
    let running = try await store.startTraining(queued.id, at: StoreFixture.start + .seconds(1))
    #expect(running.state == .running && running.startTime == StoreFixture.start + .seconds(1))
    #expect(try await store.nextQueuedTraining() == nil)
    _ = try await store.appendTrainingProgress([1], to: queued.id, at: StoreFixture.start)
    _ = try await store.appendTrainingNote("224", to: queued.id, at: StoreFixture.start)
    let done = try await store.finishTraining(
      queued.id, weights: store.stage([7, 7]), facts: StoreFixture.modelFacts, report: [8],
      at: StoreFixture.start + .seconds(2))
    #expect(done.state == .succeeded && done.endTime == StoreFixture.start + .seconds(2))
    let model = try #require(done.model)
    let facts = StoreFixture.modelFacts
    #expect(model.architecture == facts.architecture && model.inputSide == facts.inputSide)
    #expect(model.weightsBytes == 2)
    #expect(try ModelMetrics(serialized: model.metrics) == facts.metrics)
    #expect(try await store.trainingReport(of: queued.id) == [8])
    #expect(try await store.openObject(model.weights).read(at: 0, count: 9) == [7, 7])

    let events = try await store.trainingEvents(of: queued.id, after: 0)
    #expect(events.map(\.sequence) == [1, 2, 3, 4, 5])
    #expect(
      events.map(\.content) == [
        .state(.queued), .state(.running), .progress([1]), .note("224"), .state(.succeeded),
      ])
    #expect(try await store.trainingEvents(of: queued.id, after: 4) == [events[4]])
    #expect(
      try await store.trainingEvents(of: queued.id, after: 1, rowsMax: 2) == Array(events[1...2]))
    #expect(try await store.trainingEvents(of: queued.id, after: .max).isEmpty)
  }

  @Test func `no step is taken from the wrong state`() async throws {
    let fixture = try await fixture()
    let store = fixture.store
    let training = try await fixture.queueTraining()
    func finish() async throws {
      _ = try await store.finishTraining(
        training.id, weights: store.stage([1]), facts: StoreFixture.modelFacts, report: [],
        at: StoreFixture.start)
    }
    let isQueued = StoreError.trainingState(number: 1, .queued)
    await #expect(throws: isQueued) { try await finish() }
    await #expect(throws: isQueued) {
      try await store.appendTrainingNote("", to: training.id, at: StoreFixture.start)
    }
    _ = try await store.endTraining(
      training.id, .canceled(reason: "by its owner"), at: StoreFixture.start)
    let isCancelled = StoreError.trainingState(number: 1, .canceled)
    await #expect(throws: isCancelled) {
      try await store.startTraining(training.id, at: StoreFixture.start)
    }
    await #expect(throws: isCancelled) { try await finish() }
    await #expect(throws: isCancelled) {
      try await store.endTraining(training.id, .failed(reason: ""), at: StoreFixture.start)
    }
    await #expect(throws: StoreError.notFound(.training, "row 99")) {
      try await store.startTraining(TrainingID(99), at: StoreFixture.start)
    }
    #expect(try fixture.folder.objectFiles().count == 3)
  }

  @Test func `old progress and notes go, changes of state stay`() async throws {
    var limits = StoreLimits()
    limits.trainingProgressEventsMax = 3
    limits.trainingNotesMax = 2
    let fixture = try await fixture(limits: limits)
    let training = try await fixture.queueTraining()
    _ = try await fixture.store.startTraining(training.id, at: StoreFixture.start)
    for number in 1...5 as ClosedRange<UInt8> {
      _ = try await fixture.store.appendTrainingProgress(
        [number], to: training.id, at: StoreFixture.start)
      _ = try await fixture.store.appendTrainingNote(
        "\(number)", to: training.id, at: StoreFixture.start)
    }
    let events = try await fixture.store.trainingEvents(of: training.id, after: 0)
    #expect(
      events.map(\.content) == [
        .state(.queued), .state(.running), .progress([3]), .progress([4]), .note("4"),
        .progress([5]), .note("5"),
      ])
    #expect(events.map(\.sequence) == [1, 2, 7, 9, 10, 11, 12])
  }

  @Test func `trainings are found by number and listed newest first`() async throws {
    let fixture = try await fixture()
    for _ in 0..<5 { _ = try await fixture.train() }
    func number(_ number: Int32?) async throws -> Int32 {
      try await fixture.store.training(number, ofProject: "pets", of: fixture.ada.id).number
    }
    #expect(try await number(nil) == 5)
    #expect(try await number(2) == 2)
    await #expect(throws: StoreError.notFound(.training, "6")) { try await number(6) }
    var seen: [Int32] = []
    var request = PageRequest<Int32>(rowsMax: 2)
    repeat {
      let page = try await fixture.store.trainings(
        ofProject: "pets", of: fixture.ada.id, page: request)
      seen += page.rows.map(\.number)
      request.after = page.next
    } while request.after != nil
    #expect(seen == [5, 4, 3, 2, 1])
  }

  @Test func `without a training none is the newest`() async throws {
    let fixture = try await fixture()
    await #expect(throws: StoreError.notFound(.training, "newest that succeeded")) {
      try await fixture.store.training(nil, ofProject: "pets", of: fixture.ada.id)
    }
  }
}
