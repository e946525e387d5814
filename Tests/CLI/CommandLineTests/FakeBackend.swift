import API
import RPCCore
import WellKnownTypes

@testable import CommandLineKit

/// A server's services over a few dictionaries: enough of their meaning to drive every command.
final class FakeBackend: Sendable {
  struct State: Sendable {
    var passwords: [String: String] = [:]
    var project: Project?
    var points: [Image] = []
    var contents: [String: [UInt8]] = [:]
    /// The ids of images that were asked for by them.
    var idsAskedFor: [String] = []
    /// How many images were listed.
    var listed = 0
    /// How many images were sent, stored before or not.
    var received = 0
    /// The events of the training; how many of them one call gets.
    var events: [TrainingEvent] = []
    var eventsPerCall = Int.max
    var watched: [Int32] = []
    var job: TrainingJob?
    var model: Model?
    /// Of the training that succeeded.
    var report: TrainingReport?
    /// What is found in every image, where the model is a detector.
    var objects: [DetectedObject]?
    /// In the place of an analysis of the few that it knows.
    var analysis: API.ProjectAnalysis?
  }

  static let secret = "s3cret"
  let state = Shared(State())

  var routes: [Route] {
    FakeAuth(backend: self).routes + FakeData(backend: self).routes
      + FakeTraining(backend: self).routes + FakePublishing(backend: self).routes
      + FakeInference(backend: self).routes
  }

  /// The state, for a call with the right token.
  func authorized<Result>(
    _ context: ServerContext, _ body: (inout State) throws -> sending Result
  ) throws -> Result {
    guard context.metadata["authorization"] == "Bearer \(Self.secret)" else {
      throw Status(.unauthenticated, "unknown token")
    }
    return try state.withLock(body)
  }

  /// The same, for a call about a project.
  func about<Result>(
    _ name: String, _ context: ServerContext,
    _ body: (inout State, inout Project) throws -> sending Result
  ) throws -> Result {
    try authorized(context) { state in
      guard var project = state.project, [project.name, project.project].contains(name) else {
        throw Status(.notFound, "no project \(name)")
      }
      defer { state.project = project }
      return try body(&state, &project)
    }
  }
}

struct FakeAuth: AuthService {
  let backend: FakeBackend

  private func issued() -> IssuedToken {
    IssuedToken(
      token: Token(
        id: 1, label: "diyml login", scopes: [.read, .write],
        expireTime: ProtoTimestamp(seconds: 1_800_000_000)),
      secret: FakeBackend.secret)
  }

  func userExists(
    _ request: UserExistsRequest, context: ServerContext
  ) async throws -> UserExistsResponse {
    UserExistsResponse(exists: backend.state.withLock { $0.passwords[request.user] != nil })
  }

  func createAccount(
    _ request: CreateAccountRequest, context: ServerContext
  ) async throws -> IssuedToken {
    try backend.state.withLock { state in
      guard state.passwords[request.user] == nil else {
        throw Status(.alreadyExists, "account \(request.user) exists")
      }
      state.passwords[request.user] = request.password
    }
    return issued()
  }

  func login(_ request: LoginRequest, context: ServerContext) async throws -> IssuedToken {
    guard backend.state.withLock({ $0.passwords[request.user] }) == request.password else {
      throw Status(.unauthenticated, "wrong name or password")
    }
    return issued()
  }

  func deleteAccount(
    _ request: DeleteAccountRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    try backend.authorized(context) { $0.passwords = [:] }
    return ProtoEmpty()
  }

  func whoAmI(_ request: WhoAmIRequest, context: ServerContext) async throws -> API.Account {
    try backend.authorized(context) { state in
      API.Account(user: state.passwords.keys.first ?? "", token: issued().token)
    }
  }

  func listTokens(
    _ request: ListTokensRequest, context: ServerContext
  ) async throws -> ListTokensResponse {
    ListTokensResponse(tokens: [issued().token].compactMap { $0 })
  }

  func createToken(
    _ request: CreateTokenRequest, context: ServerContext
  ) async throws -> IssuedToken {
    let token = Token(id: 2, label: request.label, scopes: request.scopes)
    return IssuedToken(token: token, secret: "new-secret")
  }

  func revokeToken(
    _ request: RevokeTokenRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    try backend.authorized(context) { _ in ProtoEmpty() }
  }

  func changePassword(
    _ request: ChangePasswordRequest, context: ServerContext
  ) async throws -> ProtoEmpty {
    try backend.authorized(context) { state in
      for user in state.passwords.keys { state.passwords[user] = request.newPassword }
    }
    return ProtoEmpty()
  }
}

struct FakeTraining: TrainingService {
  let backend: FakeBackend

  func train(_ request: TrainRequest, context: ServerContext) async throws -> TrainingJob {
    try backend.about(request.project, context) { state, project in
      guard !state.points.isEmpty else {
        throw Status(.failedPrecondition, "project \(project.name) has 0 images; it takes 2")
      }
      let job = TrainingJob(
        training: "\(project.project)@1", state: .queued, parameters: request.parameters)
      state.job = job
      return job
    }
  }

  func watchTraining(
    _ request: WatchTrainingRequest, responses: MessageWriter<TrainingEvent>,
    context: ServerContext
  ) async throws {
    let events = backend.state.withLock { state in
      state.watched.append(request.afterEvent)
      let rest = state.events.filter { $0.sequence > request.afterEvent }
      return Array(rest.prefix(state.eventsPerCall))
    }
    for event in events { try await responses.write(event) }
  }

  func getTraining(
    _ request: GetTrainingRequest, context: ServerContext
  ) async throws -> TrainingJob {
    try backend.authorized(context) { state in
      guard let job = state.job else { throw Status(.notFound, "no training") }
      return job
    }
  }

  func getTrainingReport(
    _ request: GetTrainingReportRequest, context: ServerContext
  ) async throws -> TrainingReport {
    guard var report = try backend.authorized(context, { $0.report }) else {
      throw Status(.failedPrecondition, "training 1 has not succeeded")
    }
    report.training = "ada/pets@1"
    return report
  }

  func listTrainings(
    _ request: ListTrainingsRequest, context: ServerContext
  ) async throws -> ListTrainingsResponse {
    ListTrainingsResponse(
      trainings: try backend.authorized(context) { [$0.job].compactMap { $0 } })
  }

  func cancelTraining(
    _ request: CancelTrainingRequest, context: ServerContext
  ) async throws -> TrainingJob {
    try backend.authorized(context) { state in
      guard var job = state.job, job.state == .queued else {
        throw Status(.failedPrecondition, "training 1 has ended")
      }
      job.state = .canceled
      state.job = job
      return job
    }
  }
}

struct FakePublishing: PublishingService {
  let backend: FakeBackend

  func publish(_ request: PublishRequest, context: ServerContext) async throws -> Model {
    let model = Model(
      model: "ada/\(request.training)@1", type: .classification,
      description: request.description, classNames: ["cat", "dog"],
      metrics: ModelMetrics(accuracy: 0.875))
    return try backend.authorized(context) { state in
      state.model = model
      return model
    }
  }

  func unpublish(
    _ request: UnpublishRequest, context: ServerContext
  ) async throws -> UnpublishResponse {
    try backend.authorized(context) { state in
      guard state.model != nil else { throw Status(.notFound, "no version is published") }
      state.model = nil
      return UnpublishResponse(models: ["ada/pets@1"])
    }
  }

  func searchPublished(
    _ request: SearchPublishedRequest, context: ServerContext
  ) async throws -> SearchPublishedResponse {
    SearchPublishedResponse(
      models: try backend.authorized(context) { [$0.model].compactMap { $0 } })
  }

  func getModel(
    _ request: GetModelRequest, context: ServerContext
  ) async throws -> Model {
    try backend.authorized(context) { state in
      guard var model = state.model else { throw Status(.notFound, "no model \(request.model)") }
      model.architecture = "efficientnet-lite0"
      model.inputSide = 224
      return model
    }
  }
}

/// Takes a file's text for its class, and `bad` for no image.
struct FakeInference: InferenceService {
  let backend: FakeBackend

  private func answer(_ request: InferRequest) throws -> InferResponse {
    let text = String(decoding: request.image, as: UTF8.self)
    guard text != "bad" else { throw Status(.invalidArgument, "no image format known") }
    if let objects = backend.state.withLock({ $0.objects }) {
      return InferResponse(
        model: "ada/street@1", result: .detection(Detection(objects: objects)), imageWidth: 100,
        imageHeight: 50, engineMilliseconds: 12.5)
    }
    let classes = [
      ScoredClass(className: text, probability: 0.9),
      ScoredClass(className: "dog", probability: 0.1),
    ]
    return InferResponse(
      model: "ada/pets@1",
      result: .classification(Classification(classes: Array(classes.prefix(Int(request.topK))))),
      imageWidth: 2, imageHeight: 1)
  }

  func infer(_ request: InferRequest, context: ServerContext) async throws -> InferResponse {
    try answer(request)
  }

  func inferStream(
    _ requests: MessageStream<InferStreamRequest>,
    responses: MessageWriter<InferStreamResponse>, context: ServerContext
  ) async throws {
    guard try backend.authorized(context, { $0.model != nil }) else {
      throw Status(.notFound, "no model ada/pets")
    }
    var asked: [InferStreamRequest] = []
    for try await request in requests { asked.append(request) }
    for request in asked.reversed() {  // out of order, as a real engine may answer
      let outcome: InferStreamResponse.Outcome
      do {
        outcome = .response(try answer(request.request ?? InferRequest()))
      } catch let status as Status {
        outcome = .failure(WireStatus(status))
      }
      try await responses.write(InferStreamResponse(id: request.id, outcome: outcome))
    }
  }

  func submitInference(
    _ request: SubmitInferenceRequest, context: ServerContext
  ) async throws -> InferenceJob {
    throw Status(.unimplemented, "not asked for by the command line")
  }

  func getInference(
    _ request: GetInferenceRequest, context: ServerContext
  ) async throws -> InferenceJob {
    throw Status(.unimplemented, "not asked for by the command line")
  }
}
