import API
import Codec
import Foundation
import RPCClient
import RPCCore
import WellKnownTypes

/// Each method of the contract, called several times by itself.
struct Methods {
  static let firstPage = "ListImages, first page of 100"

  let session: Session
  let size: Int
  var report: Report

  private var random = SystemRandomNumberGenerator()
  private var model = "bench/tiny@1"
  private var tinyImage: [UInt8] = []
  /// Ids of real images of `images`.
  private var stored: [String] = []

  private static let calls = 15

  init(session: Session, size: Int, report: Report) {
    self.session = session
    self.size = size
    self.report = report
  }

  private var options: CallOptions { session.options }

  private mutating func newImage() -> [UInt8] { PNG.noise(bytes: 3_000, using: &random) }

  /// The median of several calls, after one that does not count.
  private mutating func time(
    _ method: String, calls: Int = Methods.calls, _ call: (Int) async throws -> Void
  ) async throws {
    let clock = ContinuousClock()
    var times: [Double] = []
    for number in 0...calls {
      let start = clock.now
      do { try await call(number) } catch { throw Failure("\(method): \(error)") }
      if number > 0 { times.append((clock.now - start).milliseconds) }
    }
    report.add(method, size: size, milliseconds: median(times))
  }

  /// Trains a model that answers.
  mutating func prepare() async throws {
    for number in 0..<12 {
      tinyImage = newImage()
      try await session.put(tinyImage, "class \(1 + number % 2)", in: "tiny")
    }
    let parameters = TrainingParameters(
      epochs: 1, timeBudgetSeconds: 10, inputSide: 64, headOnly: true)
    _ = try await session.training.train(
      .init(project: "tiny", parameters: parameters), options: options)
    let state = try await session.end(ofTraining: 1, of: "tiny")
    guard state == .succeeded else { throw Failure("the training of 'tiny' is \(state)") }
    _ = try await session.publishing.publish(.init(training: "tiny"), options: options)
  }

  mutating func measure(at address: Address) async throws {
    try await accounts(at: address)
    try await projects()
    try await images()
    try await lists()
    try await trainings()
    try await publications()
    try await inferences()
  }

  private mutating func accounts(at address: Address) async throws {
    let (auth, options) = (session.auth, options)
    try await time("UserExists") { _ in _ = try await auth.userExists(.init(user: "bench")) }
    try await withClient(to: address) { client in
      let guests = (0...5).map { _ in Session(client) }
      var tokens: [CallOptions] = []
      try await time("CreateAccount", calls: 5) { number in
        var guest = guests[number]
        guest.take(
          try await auth.createAccount(
            .init(user: "guest\(number)", password: Session.password)
          ))
        tokens.append(guest.options)
      }
      try await time("DeleteAccount, an empty one", calls: 5) { number in
        _ = try await auth.deleteAccount(
          .init(password: Session.password), options: tokens[number])
      }
    }
    try await time("Login", calls: 5) { _ in
      _ = try await auth.login(.init(user: "bench", password: Session.password))
    }
    try await time("WhoAmI") { _ in _ = try await auth.whoAmI(.init(), options: options) }
    try await time("ListTokens, first page") { _ in
      _ = try await auth.listTokens(.init(), options: options)
    }
    var ids: [Int64] = []
    try await time("CreateToken") { _ in
      let answer = try await auth.createToken(
        .init(label: "t", scopes: [.read], lifetime: ProtoDuration(.seconds(1_000))),
        options: options)
      ids.append(answer.token?.id ?? 0)
    }
    try await time("RevokeToken") { number in
      _ = try await auth.revokeToken(.init(token: .id(ids[number])), options: options)
    }
    try await time("ChangePassword", calls: 3) { _ in
      _ = try await auth.changePassword(
        .init(oldPassword: Session.password, newPassword: Session.password), options: options)
    }
  }

  private mutating func projects() async throws {
    let (data, options, session) = (session.data, options, session)
    try await time("ListProjects, first page") { _ in
      _ = try await data.listProjects(.init(), options: options)
    }
    try await time("GetProject") { _ in
      _ = try await data.getProject(.init(project: "images"), options: options)
    }
    try await time("CreateProject") { number in
      _ = try await data.createProject(
        .init(project: "new\(number)", type: .classification), options: options)
    }
    try await time("DeleteProject, an empty one") { number in
      _ = try await data.deleteProject(.init(project: "new\(number)"), options: options)
    }
    try await time("GetClasses") { _ in
      _ = try await data.getClasses(.init(project: "images"), options: options)
    }
    try await time("SetClasses, one more") { number in
      try await session.setClasses(of: "images", 11 + number)
    }
    try await time("SetClasses, one fewer") { number in
      try await session.setClasses(of: "images", 10 + Self.calls - number)
    }
    try await time("DeleteClasses, of an empty project") { _ in
      _ = try await data.deleteClasses(.init(project: "doomed", force: true), options: options)
    }
  }

  private mutating func images() async throws {
    let (data, options, session) = (session.data, options, session)
    let pictures = (0...Self.calls).map { _ in newImage() }
    var ids: [String] = []
    try await time("PutImage") { number in
      ids.append(try await session.put(pictures[number], "class 1", in: "images"))
    }
    let others = (0...Self.calls).map { _ in newImage() }
    try await time("PutImages, one image") { number in
      let image = others[number]
      _ = try await data.putImages(options: options) { writer in
        try await writer.write(.init(part: .start(.init(project: "images"))))
        try await writer.write(
          .init(part: .begin(.init(sizeBytes: Int64(image.count), fileName: "noise.png"))))
        try await writer.write(.init(part: .chunk(Bytes(image))))
      }
    }
    try await time("GetImage") { number in
      _ = try await data.getImage(
        GetImageRequest(project: "images", id: ids[number]), options: options)
    }
    try await time("DownloadImage") { number in
      let request = DownloadImageRequest(project: "images", id: ids[number])
      try await data.downloadImage(request, options: options) { parts in
        for try await _ in parts {}
      }
    }
    let unknown = String(repeating: "0", count: 64)
    for (count, name) in [(20, "20 ids"), (10_000, "10,000 ids")] {
      let asked = ids + Array(repeating: unknown, count: count - ids.count)
      try await time("FindMissingImages, \(name)") { _ in
        let request = FindMissingImagesRequest(project: "images", ids: asked)
        let answer = try await data.findMissingImages(request, options: options)
        guard answer.found.count == ids.count else { throw Failure("\(answer.found.count) found") }
      }
    }
    try await time("SetAnnotation") { number in
      let annotation = Annotation(value: .className("class 2"))
      _ = try await data.setAnnotation(
        .init(project: "images", id: ids[number], annotation: annotation), options: options)
    }
    try await time("DeleteImage") { number in
      _ = try await data.deleteImage(
        .init(project: "images", id: ids[number]), options: options)
    }
  }

  private mutating func lists() async throws {
    let (data, options) = (session.data, options)
    var lists: [(String, ListImagesRequest)] = [
      (Self.firstPage, .init(project: "images")),
      ("ListImages, first page of 1,000", .init(project: "images", pageSize: 1_000)),
      ("ListImages, unlabelled", .init(project: "images", unlabeled: true)),
      ("ListImages, id of 8 digits", .init(project: "images", idPrefix: "01234567")),
      ("ListImages, id of 1 digit", .init(project: "images", idPrefix: "7")),
    ]
    for project in ["images", "boxes"] {
      lists += [
        ("ListImages \(project), a class", .init(project: project, className: "class 3")),
        (
          "ListImages \(project), a class, id of 1 digit",
          .init(project: project, className: "class 3", idPrefix: "7")
        ),
      ]
    }
    for (name, request) in lists {
      try await time(name) { _ in _ = try await data.listImages(request, options: options) }
    }
    // The ids of the rows of `images` begin behind those of the few real images.
    let last = ListImagesRequest(project: "images", pageToken: "\(size - size / 100)")
    try await time("ListImages, a page near the end") { _ in
      _ = try await data.listImages(last, options: options)
    }
  }

  private mutating func trainings() async throws {
    let (training, options) = (session.training, options)
    let project = "trained"
    try await time("ListTrainings, first page") { _ in
      _ = try await training.listTrainings(.init(project: project), options: options)
    }
    try await time("GetTraining, the newest") { _ in
      _ = try await training.getTraining(.init(training: project), options: options)
    }
    try await time("GetTraining, the first") { _ in
      _ = try await training.getTraining(.init(training: "\(project)@1"), options: options)
    }
    try await time("GetTrainingReport") { _ in
      _ = try await training.getTrainingReport(.init(training: "tiny@1"), options: options)
    }
    let session = session
    try await time("WatchTraining, one that has ended") { _ in
      _ = try await session.end(ofTraining: 1, of: "tiny")
    }
    try await time("Train and CancelTraining, 12 images", calls: 5) { number in
      let answer = try await training.train(.init(project: "tiny"), options: options)
      _ = try await training.cancelTraining(
        .init(training: answer.training), options: options)
    }
  }

  private mutating func publications() async throws {
    let (publishing, options, model) = (session.publishing, options, model)
    let searches: [(String, SearchPublishedRequest)] = [
      ("all", .init()), ("of an owner", .init(owner: "bench")), ("a text", .init(text: "cat")),
      ("a text that is nowhere", .init(text: "nowhere")),
      ("of another owner", .init(owner: "other")),
    ]
    for (name, request) in searches {
      try await time("SearchPublished, \(name)") { _ in
        _ = try await publishing.searchPublished(request, options: options)
      }
    }
    try await time("GetModelCard") { _ in
      _ = try await publishing.getModel(.init(model: model), options: options)
    }
    try await time("GetModelCard, the newest of many") { _ in
      _ = try await publishing.getModel(.init(model: "bench/trained"), options: options)
    }
    try await time("Unpublish and Publish") { _ in
      _ = try await publishing.unpublish(.init(target: .model("tiny@1")), options: options)
      _ = try await publishing.publish(.init(training: "tiny@1"), options: options)
    }
  }

  private mutating func inferences() async throws {
    let (inference, options) = (session.inference, options)
    let request = InferRequest(model: model, image: Bytes(tinyImage))
    try await time("Infer") { _ in _ = try await inference.infer(request, options: options) }
    try await time("InferStream, one image") { _ in
      try await inference.inferStream(options: options) { writer, answers in
        try await writer.write(.init(id: 1, request: request))
        writer.finish()
        for try await _ in answers {}
      }
    }
    var id = ""
    try await time("SubmitInference") { _ in
      id = try await inference.submitInference(.init(request: request), options: options).id
    }
    let last = id
    try await time("FetchInference") { _ in
      _ = try await inference.getInference(.init(id: last), options: options)
    }
  }
}
