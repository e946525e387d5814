import API
import Codec
import RPCCore
import Store
import Testing

@testable import Services

struct InferenceServiceTests {
  private static let image: Bytes = [1, 2, 3]

  @Test func `everyone infers with a published model`() async throws {
    let world = try JobsWorld.answering { request in
      #expect(request.image?.place == .inline(Self.image) && request.topK == 5)
      return try await FakeVision.usual(request)
    }
    let (ada, eve) = (try await world.user("ada"), try await world.user("eve"))
    try await world.published("pets", of: ada)
    try await world.serve { clients in
      for user in [ada, eve] {
        let answer = try await clients.inference.infer(
          InferRequest(model: "ada/pets", image: Self.image), options: user.options)
        #expect(answer.model == "ada/pets@1")
        #expect(answer.imageWidth == 4 && answer.imageHeight == 3)
        #expect(
          answer.result
            == .classification(
              Classification(classes: [
                ScoredClass(className: "dog", probability: 0.75),
                ScoredClass(className: "cat", probability: 0.25),
              ])))
      }
    }
  }

  @Test func `nobody infers with what is not published, the owner included`() async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    try await world.trained("pets", of: ada)
    try await world.serve { clients in
      func code(_ model: String) async throws -> StatusCode? {
        try await status {
          try await clients.inference.infer(
            InferRequest(model: model, image: Self.image), options: ada.options)
        }?.code
      }
      #expect(try await code("ada/pets") == .notFound)
      _ = try await clients.publishing.publish(
        PublishRequest(training: "pets"), options: ada.options)
      #expect(try await code("ada/pets") == nil)
      #expect(try await code("ada/pets@1") == nil)
      #expect(try await code("ada/pets@2") == .notFound)
      _ = try await clients.publishing.unpublish(
        UnpublishRequest(target: .project("pets")), options: ada.options)
      #expect(try await code("ada/pets") == .notFound)
      #expect(try await code("ada/pets@1") == .notFound)
    }
  }

  @Test func `without a version the newest published one answers`() async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await world.published("pets", of: ada)
    let second = try await world.trained("pets", of: ada)
    try await world.serve { clients in
      func answers(_ model: String) async throws -> String {
        try await clients.inference.infer(
          InferRequest(model: model, image: Self.image), options: ada.options
        ).model
      }
      #expect(try await answers("ada/pets") == "ada/pets@1")
      _ = try await world.store.publish(
        second.number, ofProject: "pets", of: ada.id, description: "", at: world.now)
      #expect(try await answers("ada/pets") == "ada/pets@2")
      #expect(try await answers("ada/pets@1") == "ada/pets@1")
    }
  }

  @Test(arguments: [
    (InferRequest(model: "ada/pets", image: [1], topK: 1_000), true),
    (InferRequest(model: "ada/pets", image: [1], topK: 1_001), false),
    (InferRequest(model: "ada/pets", image: []), false),
    (InferRequest(model: "pets/", image: [1]), false),
    (InferRequest(), false),
  ])
  func `a bad request is refused by each of the methods`(
    request: InferRequest, isAccepted: Bool
  ) async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await world.published("pets", of: ada)
    let code: StatusCode? = isAccepted ? nil : .invalidArgument
    try await world.serve(inferences: false) { clients in
      let unary = try await status {
        try await clients.inference.infer(request, options: ada.options)
      }
      #expect(unary?.code == code)
      let submitted = try await status {
        try await clients.inference.submitInference(
          SubmitInferenceRequest(request: request), options: ada.options)
      }
      #expect(submitted?.code == code)
      let streamed = try await stream([InferStreamRequest(id: 3, request: request)], ada, clients)
      #expect(streamed.map(\.id) == [3])
      #expect(streamed.map(failureCode) == [code])
    }
  }

  @Test(arguments: [StatusCode.invalidArgument, .unavailable, .resourceExhausted, .dataLoss])
  func `what the engine says against it reaches the caller`(code: StatusCode) async throws {
    let world = try JobsWorld.answering { _ in throw Status(code, "says the engine") }
    let ada = try await world.user("ada")
    try await world.published("pets", of: ada)
    try await world.serve { clients in
      let refused = try await status {
        try await clients.inference.infer(
          InferRequest(model: "ada/pets", image: [1]), options: ada.options)
      }
      #expect(refused?.code == code && refused?.message == "says the engine")
    }
  }

  @Test func `a class that the model does not have is a fault, not an answer`() async throws {
    let world = try JobsWorld.answering { _ in
      EngineClassifyResponse(scores: [.init(index: 2, probability: 1)])
    }
    let ada = try await world.user("ada")
    try await world.published("pets", of: ada)
    try await world.serve { clients in
      let refused = try await status {
        try await clients.inference.infer(
          InferRequest(model: "ada/pets", image: [1]), options: ada.options)
      }
      #expect(refused?.code == .internal)
    }
  }

  @Test func `a stream answers as images are done, and what is bad fails alone`() async throws {
    let second = Gate()
    let world = try JobsWorld.answering { request in
      switch request.image?.place {
      case .inline([1]): try await second.pass()  // The first waits for the second.
      case .inline([2]): second.open()
      case .inline([3]): throw Status(.invalidArgument, "no image")
      case .inline, .object, .staged, nil: break
      }
      return try await FakeVision.usual(request)
    }
    let ada = try await world.user("ada")
    try await world.published("pets", of: ada)
    try await world.serve { clients in
      let answers = try await clients.inference.inferStream(options: ada.options) {
        requests, responses in
        var answers = responses.makeAsyncIterator()
        try await requests.write(Self.request(id: 10, image: [1]))
        try await requests.write(Self.request(id: 20, image: [2]))
        let first = try await answers.next()
        try await requests.write(Self.request(id: 30, image: [3]))
        try await requests.write(Self.request(id: 40, image: [4], model: "ada/nothing"))
        var rest: [InferStreamResponse] = []
        for _ in 0..<3 { if let answer = try await answers.next() { rest.append(answer) } }
        return [first].compactMap(\.self) + rest
      }
      let codes = Dictionary(uniqueKeysWithValues: answers.map { ($0.id, failureCode($0)) })
      #expect(codes == [10: nil, 20: nil, 30: .invalidArgument, 40: .notFound])
    }
  }

  @Test func `a stream of many images answers each once, a bounded number at a time`()
    async throws
  {
    let level = Level()
    let world = try JobsWorld.answering { request in
      level.enter()
      defer { level.leave() }
      await Task.yield()
      return try await FakeVision.usual(request)
    }
    let ada = try await world.user("ada")
    try await world.published("pets", of: ada)
    try await world.serve { clients in
      let requests = (Int64(0)..<200).map { Self.request(id: $0, image: [1]) }
      let answers = try await stream(requests, ada, clients)
      #expect(answers.map(\.id).sorted() == Array(0..<200))
      #expect(level.highest <= InferenceProvider.streamConcurrencyMax)
    }
  }

  private static func request(
    id: Int64, image: Bytes, model: String = "ada/pets"
  ) -> InferStreamRequest {
    InferStreamRequest(id: id, request: InferRequest(model: model, image: image))
  }
}

/// Sends requests and collects as many answers.
func stream(
  _ requests: [InferStreamRequest], _ user: TestUser, _ clients: JobsWorld.Clients
) async throws -> [InferStreamResponse] {
  try await clients.inference.inferStream(options: user.options) { writer, responses in
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for request in requests { try await writer.write(request) } }
      var answers: [InferStreamResponse] = []
      var iterator = responses.makeAsyncIterator()
      while answers.count < requests.count, let answer = try await iterator.next() {
        answers.append(answer)
      }
      try await group.waitForAll()
      return answers
    }
  }
}

/// Nothing for an answer.
func failureCode(_ response: InferStreamResponse) -> StatusCode? {
  switch response.outcome {
  case .failure(let failure): StatusCode(rawValue: UInt8(failure.code))
  case .response, nil: nil
  }
}
