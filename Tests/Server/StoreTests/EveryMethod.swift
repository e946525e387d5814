import API
import Store
import TestSupport
import Testing

/// Calls every method of a store, with every combination of filters.
struct EveryMethod {
  let fixture: StoreFixture

  /// Methods without a statement of their own.
  static let other: Set<String> = ["stageSlot", "stageUpload", "close", "replenishReserve"]

  private let answers = SharedState<UInt8>(0)

  init(fixture: StoreFixture) { self.fixture = fixture }

  private var store: DataStore { fixture.store }
  private var ada: AccountID { fixture.ada.id }
  private var now: Timestamp { StoreFixture.start }

  func run() async throws {
    try await accounts()
    for kind in [ProjectType.classification, .detection] {
      try await images(of: "project-\(kind)", kind)
      try await classes(of: "project-\(kind)")
    }
    try await trainings()
    try await publications()
    try await inferences()
    try await ends()
  }

  /// Under a key that no other call has.
  private func answer<Result>() -> PendingResponse<Result> {
    answers.change { $0 += 1 }
    let key = AnswerKey(
      name: [UInt8](repeating: answers.value, count: 32),
      fingerprint: [UInt8](repeating: 9, count: 32))
    return PendingResponse(key, at: now, until: now + .seconds(100)) { _ in [7] }
  }

  private func refused<Result>(_ body: () async throws -> Result) async {
    await #expect(throws: StoreError.self) { try await body() }
  }

  private func accounts() async throws {
    _ = try await store.createAccount(
      name: "bob", passwordHash: "hash", token: StoreFixture.newToken(2), at: now,
      keeping: answer())
    _ = try await store.account(named: "ada")
    _ = try await store.account(ada)
    let token = try await store.createToken(
      StoreFixture.newToken(3), of: ada, at: now, keeping: answer())
    for seed in 4...5 as ClosedRange<UInt64> {
      _ = try await store.createToken(
        StoreFixture.newToken(seed, origin: .login), of: ada, at: now)
    }
    _ = try await store.authenticate(secretHash: StoreFixture.secretHash(3), at: now)
    _ = try await store.tokens(of: ada, page: PageRequest(), at: now)
    _ = try await store.tokens(of: ada, page: PageRequest(after: 1), at: now)
    try await store.revokeToken(TokenID(token.id), of: ada, keeping: answer())
    try await store.changePassword(
      of: ada, from: "hash", to: "other", keeping: TokenID(fixture.adaToken.id),
      keeping: answer())
    _ = try await store.keptAnswer(
      named: [UInt8](repeating: 2, count: 32), ofAccount: "ada", at: now)
    try await store.keep(answer(), ofAccount: "ada")
  }

  private func images(of project: String, _ kind: ProjectType) async throws {
    _ = try await store.createProject(
      name: project, type: kind, description: "", of: ada, at: now, keeping: answer())
    _ = try await store.project(named: project, of: ada)
    _ = try await store.projects(of: ada, page: PageRequest())
    _ = try await store.projects(of: ada, page: PageRequest(after: "a"))
    _ = try await store.setClasses(
      ["cat", "dog", "cow"].map { Class(id: 0, name: $0) }, ofProject: project, of: ada,
      at: StoreFixture.start)
    let box = Box(xMin: 0, yMin: 0, xMax: 1, yMax: 1, className: "dog")
    let annotation: Annotation.Value =
      kind == .classification ? .className("dog") : .boxes([box, box])
    for number in 0..<3 { try await fixture.put("\(number)", annotation, in: project) }
    let staged = try store.stage([1])
    try await store.checkImage(
      staged.hash, annotation: annotation, inProject: project, of: ada)
    let image = try await store.putImage(
      staged, image: StoreFixture.facts(), annotation: annotation, fileName: "a.png",
      inProject: project, of: ada, at: now, keeping: answer()
    ).image.object
    _ = try await store.imageFacts(of: image)
    _ = try await store.image(image, inProject: project, of: ada)
    _ = try await store.findImages([image], inProject: project, of: ada)
    _ = try await store.openImage(image, inProject: project, of: ada)
    _ = try await store.openObject(image)
    _ = try await store.setAnnotation(
      image, annotation: nil, inProject: project, of: ada, at: StoreFixture.start, keeping: answer()
    )
    for className in [nil, "dog"] {
      for unlabeledOnly in [false, true] {
        let filter = ImageFilter(className: className, unlabeledOnly: unlabeledOnly)
        for after in [nil, 1] as [Int64?] {
          _ = try await store.images(
            inProject: project, of: ada, filter: filter, page: PageRequest(after: after))
        }
        for after in [nil, image] {
          _ = try await store.images(
            withPrefix: "", inProject: project, of: ada, filter: filter,
            page: PageRequest(after: after))
        }
      }
    }
    try await store.deleteImage(image, inProject: project, of: ada, keeping: answer())
  }

  private func classes(of project: String) async throws {
    let classes = try await store.classes(ofProject: project, of: ada).classes
    var changed = Array(classes.reversed().dropFirst()) + [Class(id: 0, name: "new")]
    changed[0].name = "renamed"
    for name in ["one more", "and another"] {
      _ = try await store.createClass(
        named: name, ofProject: project, of: ada, at: now, keeping: answer())
    }
    let ids = try await store.classes(ofProject: project, of: ada).classes.suffix(2).map(\.id)
    _ = try await store.renameClass(
      ids[0], to: "one less", ofProject: project, of: ada, at: now, keeping: answer())
    await refused {
      try await store.deleteClass(ids[0], ofProject: project, of: ada, etag: "stale", at: now)
    }
    _ = try await store.mergeClasses(
      [ids[1]], into: ids[0], ofProject: project, of: ada, at: now, keeping: answer())
    _ = try await store.deleteClass(
      ids[0], ofProject: project, of: ada, at: now, keeping: answer())
    _ = try await store.updateProject(
      named: project, of: ada, description: "new", etag: "", at: now,
      keeping: answer())
    _ = try await store.setClasses(
      changed, ofProject: project, of: ada, at: StoreFixture.start, keeping: answer())
    await refused {
      try await store.setClasses([], ofProject: project, of: ada, at: StoreFixture.start)
    }
    await refused {
      try await store.deleteClasses(
        ofProject: project, of: ada, force: false, at: StoreFixture.start)
    }
    try await store.deleteClasses(
      ofProject: project, of: ada, force: true, at: StoreFixture.start, keeping: answer())
    try await store.finishClassRemovals()
    for onlyLabeled in [false, true] {
      _ = try await store.examine(project: project, of: ada) { examination in
        var ids: [Int64] = []
        try examination.forEachImage(onlyLabeled: onlyLabeled) { ids.append($0.id) }
        _ = try examination.objects(ofImages: ids)
        return try examination.bytes()
      }
    }
  }

  private func trainings() async throws {
    try await fixture.makeProject()
    try await fixture.put("a", .className("cat"))
    let first = try await store.queueTraining(
      ofProject: "pets", of: ada, parameters: [1], at: now, keeping: answer(),
      freeze: StoreFixture.freeze)
    await refused { try await fixture.queueTraining() }
    _ = try await store.nextQueuedTraining()
    _ = try await store.frozenDataSet(of: first.id)
    _ = try await store.startTraining(first.id, at: now)
    _ = try await store.appendTrainingProgress([1], to: first.id, at: now)
    _ = try await store.appendTrainingNote("note", to: first.id, at: now)
    _ = try await store.trainingEvents(of: first.id, after: 0)
    _ = try await store.finishTraining(
      first.id, weights: store.stage([2]), facts: StoreFixture.modelFacts, report: [8], at: now)
    _ = try await store.trainingReport(of: first.id)
    let second = try await fixture.queueTraining()
    _ = try await store.endTraining(
      second.id, .canceled(reason: ""), at: now, keeping: (answer(), of: ada))
    for number in [nil, 1] as [Int32?] {
      _ = try await store.training(number, ofProject: "pets", of: ada)
    }
    _ = try await store.training(first.id)
    _ = try await store.trainings(ofProject: "pets", of: ada, page: PageRequest())
    _ = try await store.trainings(ofProject: "pets", of: ada, page: PageRequest(after: 2))
    _ = try await store.trainingCounts()
  }

  private func publications() async throws {
    for version in [nil, 1] as [Int32?] {
      _ = try await store.publish(
        version, ofProject: "pets", of: ada, description: "", at: now,
        keeping: answer())
      _ = try await store.publication(owner: "ada", project: "pets", number: version)
    }
    for owner in [nil, "ada"] {
      for text in [nil, "pets", "cat"] {
        for after in [nil, Int64.max] {
          _ = try await store.publications(
            filter: PublicationFilter(owner: owner, text: text), page: PageRequest(after: after))
        }
      }
    }
    _ = try await store.unpublish(1, ofProject: "pets", of: ada, keeping: answer())
    _ = try await store.publish(nil, ofProject: "pets", of: ada, description: "", at: now)
  }

  private func inferences() async throws {
    let publication = try await store.publication(owner: "ada", project: "pets", number: nil)
    let id = String(repeating: "1", count: 32)
    try await store.checkPendingInferences(of: ada)
    try await store.submitInference(
      id: id, image: store.stage([3]), publication: publication,
      options: InferRequest(topK: 1), of: ada, at: now, keeping: answer())
    _ = try await store.inference(id, of: ada, at: now)
    _ = try await store.pendingInferences(page: PageRequest())
    _ = try await store.pendingInferences(page: PageRequest(after: 1))
    _ = try await store.pendingInferenceCount()
    try await store.finishInference(id, .done([1]), keepingUntil: now)
    _ = try await store.unpublish(nil, ofProject: "pets", of: ada)
  }

  private func ends() async throws {
    try await store.removeExpired(at: now)
    _ = try await store.noteTime(now)
    _ = try await store.removeOldTrash(days: 1, at: now)
    _ = try await store.sweepAfterCrash(at: now)
    _ = try await store.trashUnreferencedObjects(at: now)
    _ = try await store.damagedObjectCount()
    try await store.keepingObjects {
      let object = try await fixture.put("a").image.object
      try await store.verifyObject(object)
    }
    _ = try await store.scrub(everyDays: 1, at: now) { _ in }
    try await store.deleteProject(named: "pets", of: ada, keeping: answer())
    try await store.deleteAccount(ada)
    try await store.removeLeftovers()
  }
}
