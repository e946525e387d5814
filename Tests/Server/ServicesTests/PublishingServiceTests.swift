import API
import Codec
import RPCCore
import Store
import Testing

@testable import Services

struct PublishingServiceTests {
  @Test func `the newest model is published unless a version is named`() async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    for _ in 1...2 { try await world.trained("pets", of: ada) }
    try await world.serve { clients in
      let newest = try await clients.publishing.publish(
        PublishRequest(training: "pets", description: "all pets"), options: ada.options)
      #expect(newest.model == "ada/pets@2")
      #expect(newest.type == .classification && newest.classNames == ["cat", "dog"])
      #expect(newest.description == "all pets" && newest.metrics?.accuracy == 0.75)
      let named = try await clients.publishing.publish(
        PublishRequest(training: "pets@1"), options: ada.options)
      #expect(named.model == "ada/pets@1")
      let again = try await clients.publishing.publish(
        PublishRequest(training: "pets@1", description: "old"), options: ada.options)
      #expect(again.description == "old")
      #expect(again.publishTime == named.publishTime)
    }
  }

  @Test func `what has no model cannot be published, and the words say why`() async throws {
    let world = try JobsWorld.answering()
    let (ada, eve) = (try await world.user("ada"), try await world.user("eve"))
    try await world.project("pets", of: ada)
    try await world.serve(training: false) { clients in
      func refused(_ request: PublishRequest, by user: TestUser) async throws -> Status? {
        try await status {
          try await clients.publishing.publish(request, options: user.options)
        }
      }
      let none = try await refused(PublishRequest(training: "pets"), by: ada)
      #expect(none?.code == .failedPrecondition && none?.message.contains("pets") == true)
      #expect(
        try await refused(PublishRequest(training: "pets@1"), by: ada)?.code == .notFound)
      _ = try await clients.training.train(TrainRequest(project: "pets"), options: ada.options)
      let queued = try await refused(PublishRequest(training: "pets@1"), by: ada)
      #expect(queued?.code == .failedPrecondition && queued?.message.contains("queued") == true)
      #expect(try await refused(PublishRequest(training: "pets"), by: eve)?.code == .notFound)
      #expect(try await refused(PublishRequest(training: "cats"), by: ada)?.code == .notFound)
    }
  }

  @Test(arguments: [(1_000, true), (1_001, false)])
  func `a description has at most 1,000 bytes`(bytes: Int, isAccepted: Bool) async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    try await world.trained("pets", of: ada)
    try await world.serve { clients in
      let description = String(repeating: "d", count: bytes)
      let refused = try await status {
        try await clients.publishing.publish(
          PublishRequest(training: "pets", description: description), options: ada.options)
      }
      #expect(refused?.code == (isAccepted ? nil : .invalidArgument))
    }
  }

  @Test func `unpublishing takes back one version or all`() async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    for version in Int32(1)...3 {
      try await world.trained("pets", of: ada)
      _ = try await world.store.publish(
        version, ofProject: "pets", of: ada.id, description: "", at: world.now)
    }
    try await world.serve { clients async throws in
      func unpublish(_ target: UnpublishRequest.Target) async throws -> [String] {
        try await clients.publishing.unpublish(
          UnpublishRequest(target: target), options: ada.options
        ).models
      }
      #expect(try await unpublish(.model("pets@2")) == ["ada/pets@2"])
      #expect(try await status { try await unpublish(.model("pets@2")) }?.code == .notFound)
      #expect(try await unpublish(.project("pets")) == ["ada/pets@1", "ada/pets@3"])
      #expect(try await status { try await unpublish(.project("pets")) }?.code == .notFound)
    }
  }

  @Test func `everyone finds published models, newest first, page by page`() async throws {
    let world = try JobsWorld.answering()
    let (ada, eve) = (try await world.user("ada"), try await world.user("eve"))
    for name in ["Birds", "pets", "cars"] { try await world.published(name, of: ada) }
    try await world.published("pets", of: eve)
    try await world.serve { clients in
      func search(_ request: SearchPublishedRequest) async throws -> SearchPublishedResponse {
        try await clients.publishing.searchPublished(request, options: eve.options)
      }
      func names(_ request: SearchPublishedRequest) async throws -> [String] {
        try await search(request).models.map { $0.address.projectAddress }
      }
      let everything = ["eve/pets", "ada/cars", "ada/pets", "ada/Birds"]
      #expect(try await names(SearchPublishedRequest()) == everything)
      #expect(try await names(SearchPublishedRequest(owner: "ada")) == Array(everything[1...]))
      #expect(try await names(SearchPublishedRequest(owner: "nobody")).isEmpty)
      #expect(try await names(SearchPublishedRequest(text: "bIRD")) == ["ada/Birds"])
      #expect(try await names(SearchPublishedRequest(text: "DOG")) == everything)
      #expect(
        try await names(SearchPublishedRequest(owner: "eve", text: "of pets")) == ["eve/pets"])
      var pages: [[String]] = []
      var token = ""
      repeat {
        let page = try await search(SearchPublishedRequest(pageSize: 3, pageToken: token))
        pages.append(page.models.map { $0.address.projectAddress })
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(pages == [Array(everything[..<3]), Array(everything[3...])])
    }
  }

  @Test(arguments: [
    (SearchPublishedRequest(text: String(repeating: "t", count: 256)), true),
    (SearchPublishedRequest(text: String(repeating: "t", count: 257)), false),
    (SearchPublishedRequest(pageSize: 1_000), true),
    (SearchPublishedRequest(pageSize: 1_001), false),
    (SearchPublishedRequest(pageToken: "nonsense"), false),
  ])
  func `a search keeps its bounds`(request: SearchPublishedRequest, isAccepted: Bool) async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await world.serve { clients in
      let refused = try await status {
        try await clients.publishing.searchPublished(request, options: ada.options)
      }
      #expect(refused?.code == (isAccepted ? nil : .invalidArgument))
    }
  }

  @Test func `a page is cut where its answer would grow too large`() async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    for name in ["a", "b", "c"] { try await world.published(name, of: ada) }
    let page = try await world.store.publications(
      filter: PublicationFilter(), page: PageRequest())
    let whole = try AnswerPage(page) { $0.message }
    #expect(
      whole.elements.map(\.address.project) == ["c", "b", "a"]
        && whole.nextPageToken.isEmpty)
    let sizes = try whole.elements.map { try $0.serialized().count }
    for (bytesMax, count) in [(sizes[0] + sizes[1], 2), (sizes[0] + sizes[1] - 1, 1), (0, 1)] {
      let cut = try AnswerPage(page, bytesMax: bytesMax) { $0.message }
      #expect(cut.elements.count == count)
      #expect(cut.nextPageToken == "\(page.rows[count - 1].id)")
    }
  }

  @Test func `GetModel says what is known of a published model`() async throws {
    let world = try JobsWorld.answering()
    let (ada, eve) = (try await world.user("ada"), try await world.user("eve"))
    let training = try await world.published("pets", of: ada)
    try await world.serve { clients in
      func card(_ model: String) async throws -> Model {
        try await clients.publishing.getModel(
          GetModelRequest(model: model), options: eve.options)
      }
      let card1 = try await card("ada/pets")
      #expect(card1.model == "ada/pets@1" && card1.architecture == "fake-net")
      #expect(card1.inputSide == 224 && card1.parameters?.seed == 7)
      #expect(card1.metrics?.macroF1 == 0.5)
      #expect(card1.fileHash == training.model?.weights.hex)
      #expect(card1.sizeBytes == training.model?.weightsBytes)
      #expect(card1.dataSetHash == training.dataSetHash)
      #expect(try await card("ADA/pets@1") == card1)
      for unknown in ["ada/pets@2", "ada/cars", "nobody/pets"] {
        #expect(try await status { try await card(unknown) }?.code == .notFound)
      }
      #expect(try await status { try await card("../pets") }?.code == .invalidArgument)
    }
  }
}
