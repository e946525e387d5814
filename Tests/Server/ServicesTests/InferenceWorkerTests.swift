import API
import Codec
import RPCCore
import Store
import Testing

@testable import Services

struct InferenceWorkerTests {
  @Test func `a submitted inference is answered and private to its caller`() async throws {
    let answered = Gate()
    let world = try JobsWorld.answering { request in
      defer { answered.open() }
      #expect(request.topK == 1)
      guard case .object = request.image?.place else { throw Status(.internal, "not an object") }
      return try await FakeVision.usual(request)
    }
    let (ada, eve) = (try await world.user("ada"), try await world.user("eve"))
    try await world.published("pets", of: ada)
    let id = try await world.serve { clients in
      let id = try await submit([1, 2, 3], eve, clients, topK: 1)
      try await answered.pass()
      return id
    }
    try await world.serve(inferences: false) { clients in
      #expect(id.utf8.count == 32)
      let answer = try await fetch(id, eve, clients)
      #expect(answer.state == .done && answer.response?.model == "ada/pets@1")
      #expect(
        answer.response?.result
          == .classification(
            Classification(classes: [ScoredClass(className: "dog", probability: 0.75)])))
      #expect(try await status { try await fetch(id, ada, clients) }?.code == .notFound)
    }
  }

  @Test func `what was submitted survives a restart, in its order`() async throws {
    let (log, last) = (Log(), Gate())
    let world = try JobsWorld.answering(concurrencyMax: 1) { request in
      if case .object(let hash) = request.image?.place, log.add(hash) == 3 { last.open() }
      return try await FakeVision.usual(request)
    }
    let ada = try await world.user("ada")
    try await world.published("pets", of: ada)
    let ids = try await world.serve(inferences: false) { clients in
      var ids: [String] = []
      for byte in UInt8(1)...3 { ids.append(try await submit([byte], ada, clients)) }
      #expect(try await fetch(ids[0], ada, clients).state == .pending)
      return ids
    }
    let images = try await world.store.pendingInferences(page: PageRequest()).rows.map(\.state)
    try await world.serve { _ in try await last.pass() }
    #expect(log.lines.map { .pending(image: ObjectHash(hex: $0)!) } == images)
    try await world.serve(inferences: false) { clients in
      for id in ids {
        let answer = try await fetch(id, ada, clients)
        #expect(answer.state == .done)
      }
    }
  }

  @Test(arguments: [
    (StatusCode.invalidArgument, 1), (.internal, 1), (.unavailable, 5),
  ])
  func `what cannot be answered fails, after a few attempts while the engine is away`(
    code: StatusCode, attempts: Int
  ) async throws {
    let (log, last) = (Log(), Gate())
    let world = try JobsWorld.answering { _ in
      if log.add("attempt") == attempts { last.open() }
      throw Status(code, "says the engine")
    }
    let ada = try await world.user("ada")
    try await world.published("pets", of: ada)
    let id = try await world.serve { clients in
      let id = try await submit([1], ada, clients)
      try await last.pass()
      return id
    }
    try await world.serve(inferences: false) { clients in
      let answer = try await fetch(id, ada, clients)
      #expect(answer.state == .failed && answer.failure?.code == Int32(code.rawValue))
      #expect(answer.failure?.message == "says the engine")
    }
    #expect(log.lines.count == attempts)
  }

  @Test func `an engine that comes back answers`() async throws {
    let (log, last) = (Log(), Gate())
    let world = try JobsWorld.answering { request in
      guard log.add("attempt") == 5 else { throw Status(.unavailable, "restarting") }
      last.open()
      return try await FakeVision.usual(request)
    }
    let ada = try await world.user("ada")
    try await world.published("pets", of: ada)
    let id = try await world.serve { clients in
      let id = try await submit([1], ada, clients)
      try await last.pass()
      return id
    }
    let late = try await world.serve(inferences: false) { clients in
      try await fetch(id, ada, clients)
    }
    #expect(late.state == .done)
  }

  @Test func `a model that is unpublished meanwhile does not answer`() async throws {
    let world = try JobsWorld.answering { _ in
      Issue.record("the engine was asked")
      return EngineClassifyResponse()
    }
    let ada = try await world.user("ada")
    try await world.published("pets", of: ada)
    let id = try await world.serve(inferences: false) { clients in
      let id = try await submit([1], ada, clients)
      _ = try await clients.publishing.unpublish(
        UnpublishRequest(target: .project("pets")), options: ada.options)
      return id
    }
    let answer = try await answer(to: id, ada, in: world)
    #expect(answer.state == .failed)
    #expect(answer.failure?.code == Int32(StatusCode.notFound.rawValue))
  }

  @Test func `an image is kept while it waits, an answer for 24 hours`() async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await world.published("pets", of: ada)
    let id = try await world.serve(inferences: false) { clients in
      try await submit([1], ada, clients)
    }
    let waiting = try await world.store.pendingInferences(page: PageRequest()).rows.map(\.state)
    guard case .pending(let image) = waiting.first else {
      Issue.record("nothing waits")
      return
    }
    #expect(try await world.store.openObject(image).bytes == 1)
    #expect(try await answer(to: id, ada, in: world).state == .done)
    await #expect(throws: StoreError.notFound(.object, image.hex)) {
      try await world.store.openObject(image)
    }
    world.time.advance(by: 86_399)
    try await world.serve(inferences: false) { clients in
      let last = try await fetch(id, ada, clients)
      #expect(last.state == .done)
      world.time.advance(by: 1)
      #expect(try await status { try await fetch(id, ada, clients) }?.code == .notFound)
    }
  }

  @Test func `a caller has a bounded number of unfinished inferences`() async throws {
    var limits = StoreLimits()
    #expect(limits.accountPendingInferencesMax == 1_000)
    limits.accountPendingInferencesMax = 3
    let world = try JobsWorld.answering(limits: limits)
    let (ada, eve) = (try await world.user("ada"), try await world.user("eve"))
    try await world.published("pets", of: ada)
    try await world.serve(inferences: false) { clients in
      for byte in UInt8(1)...3 { _ = try await submit([byte], ada, clients) }
      let refused = try await status { try await submit([4], ada, clients) }
      #expect(refused?.code == .resourceExhausted && refused?.message.contains("3") == true)
      _ = try await submit([4], eve, clients)
    }
  }

  @Test(arguments: ["", "12", String(repeating: "g", count: 32), String(repeating: "A", count: 32)])
  func `what is not an id is refused`(id: String) async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await world.serve(inferences: false) { clients in
      let refused = try await status { try await fetch(id, ada, clients) }
      #expect(refused?.code == .invalidArgument)
      let unknown = try await status {
        try await fetch(String(repeating: "0", count: 32), ada, clients)
      }
      #expect(unknown?.code == .notFound)
    }
  }
}

func submit(
  _ image: Bytes, _ user: TestUser, _ clients: JobsWorld.Clients, topK: Int32 = 0
) async throws -> String {
  try await clients.inference.submitInference(
    SubmitInferenceRequest(
      request: InferRequest(model: "ada/pets", image: image, topK: topK)),
    options: user.options
  ).id
}

func fetch(
  _ id: String, _ user: TestUser, _ clients: JobsWorld.Clients
) async throws -> InferenceJob {
  try await clients.inference.getInference(GetInferenceRequest(id: id), options: user.options)
}

/// Lets the worker run until it has answered.
func answer(
  to id: String, _ user: TestUser, in world: JobsWorld
) async throws -> InferenceJob {
  try await world.serve { clients in
    // Fetching is all a caller can do; each turn gives the worker one as well.
    for _ in 0..<10_000 {
      let answer = try await fetch(id, user, clients)
      if answer.state != .pending { return answer }
      await Task.yield()
    }
    throw Status(.deadlineExceeded, "not answered")
  }
}

extension InferenceJob {
  fileprivate var response: InferResponse? {
    guard case .response(let response) = outcome else { return nil }
    return response
  }

  fileprivate var failure: WireStatus? {
    guard case .failure(let failure) = outcome else { return nil }
    return failure
  }
}
