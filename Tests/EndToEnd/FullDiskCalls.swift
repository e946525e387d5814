import API
import Codec
import RPCCore
import TestSupport
import Testing

/// What one level of a disk is tried with: things that calls may change or delete, made while there
/// was room.
struct FullDiskProps: Sendable {
  let world: World
  /// Different at each level.
  let name: String
  /// Another account of the same password, and the options of its calls.
  let user: String
  let userOptions: CallOptions
  /// One more to be deleted.
  let leaving: CallOptions
  /// A token of ada's.
  let token: Int64
  /// A project with classes and two images.
  let project: String
  let images: [Image]
  /// A project with a large image.
  let large: String
  /// A project that is being trained.
  let trained: String
  /// An inference that has been answered.
  let inference: String

  static let largeBytes: UInt64 = 3 << 20

  init(_ name: String, of world: World) async throws {
    self.world = world
    self.name = name
    let options = world.options()
    (user, userOptions) = try await world.makeAccount()
    leaving = try await world.makeAccount().options
    let issued = try await world.auth.createToken(
      CreateTokenRequest(label: name, scopes: [.read]), options: options
    )
    token = try #require(issued.token).id
    project = try await world.makeProject()
    var images: [Image] = []
    for seed in 0..<2 as Range<UInt64> {
      let image = SyntheticImages.blobs(.red, seed: 4_000 + seed)
      images.append(try await world.put(image, in: project, Annotation("cat")))
    }
    self.images = images
    large = try await world.makeProject()
    // More noise than a disk could make smaller, and different each time.
    let image = SyntheticImages.blobs(.blue, seed: UInt64(name.utf8.count) + 5_000, side: 1_024)
    _ = try await world.upload(image, chunkBytes: 1 << 20, to: large)
    trained = try await world.makeTrainable()
    _ = try await world.training.train(
      TrainRequest(
        project: trained,
        parameters: TrainingParameters(
          epochs: 1_000, timeBudgetSeconds: 3_600, inputSide: 512)), options: options)
    // Published again, since the last level has taken it back.
    _ = try await world.publishing.publish(PublishRequest(training: "trained"), options: options)
    inference = try await world.inference.submitInference(
      SubmitInferenceRequest(
        request: InferRequest(model: "ada/trained", image: InferenceCases.red)),
      options: options
    ).id
    try await eventually(within: .seconds(30), "the answer to an inference") { [inference] in
      try await world.inference.getInference(
        GetInferenceRequest(id: inference), options: options
      ).state == .done
    }
  }
}

/// A call of one method that works where there is room.
struct FullDiskCall: Sendable {
  let method: MethodDescriptor
  /// Throws what the call does, also what it says of single parts of it.
  let make: @Sendable (FullDiskProps) async throws -> Void

  private init(
    _ method: MethodDescriptor, _ make: @escaping @Sendable (FullDiskProps) async throws -> Void
  ) {
    self.method = method
    self.make = make
  }

  private init<Q: Message>(
    _ method: MethodDescriptor, as options: (@Sendable (FullDiskProps) -> CallOptions)? = nil,
    _ request: @escaping @Sendable (FullDiskProps) -> Q
  ) {
    self.init(method) { props in
      let options = options?(props) ?? props.world.options()
      try await props.world.call(method, [request(props)], with: options)
    }
  }

  static let all = auth + data + training + inference + publishing

  private static let auth = [
    FullDiskCall(AuthMethods.userExists) { UserExistsRequest(user: $0.user) },
    FullDiskCall(AuthMethods.whoAmI) { _ in WhoAmIRequest() },
    FullDiskCall(AuthMethods.login) { LoginRequest(user: $0.user, password: World.password) },
    FullDiskCall(AuthMethods.listTokens) { _ in ListTokensRequest() },
    FullDiskCall(AuthMethods.createToken) {
      CreateTokenRequest(label: $0.name, scopes: [.read])
    },
    FullDiskCall(AuthMethods.revokeToken) { RevokeTokenRequest(token: .id($0.token)) },
    FullDiskCall(AuthMethods.changePassword, as: { $0.userOptions }) { _ in
      ChangePasswordRequest(oldPassword: World.password, newPassword: "another good one")
    },
    FullDiskCall(AuthMethods.createAccount) {
      CreateAccountRequest(user: "new-" + $0.user, password: World.password)
    },
    FullDiskCall(AuthMethods.deleteAccount, as: { $0.leaving }) { _ in
      DeleteAccountRequest(password: World.password)
    },
  ]

  private static let data = [
    FullDiskCall(DataMethods.listProjects) { _ in ListProjectsRequest() },
    FullDiskCall(DataMethods.getProject) { GetProjectRequest(project: $0.project) },
    FullDiskCall(DataMethods.createProject) {
      CreateProjectRequest(project: "new-" + $0.project, type: .classification)
    },
    FullDiskCall(DataMethods.getClasses) { GetClassesRequest(project: $0.project) },
    FullDiskCall(DataMethods.setClasses) {
      SetClassesRequest(project: $0.large, classes: [Class(name: "bird")])
    },
    // The new class is the third that the project had, the next one the fourth.
    FullDiskCall(DataMethods.createClass) { CreateClassRequest(project: $0.large, name: "wren") },
    FullDiskCall(DataMethods.updateClass) {
      UpdateClassRequest(project: $0.large, id: 4, name: "robin")
    },
    FullDiskCall(DataMethods.mergeClasses) {
      MergeClassesRequest(project: $0.large, id: 3, mergedIds: [4])
    },
    FullDiskCall(DataMethods.deleteClass) { DeleteClassRequest(project: $0.large, id: 3) },
    FullDiskCall(DataMethods.updateProject) {
      UpdateProjectRequest(project: $0.project, description: $0.name)
    },
    FullDiskCall(DataMethods.putImage) {
      PutImageRequest(
        project: $0.project, image: Bytes(SyntheticImages.blobs(.red, seed: 4_100)))
    },
    FullDiskCall(DataMethods.putImages) { props in
      let image = SyntheticImages.blobs(.red, seed: 4_200)
      _ = try await props.world.upload(image, chunkBytes: 4_096, to: props.project)
    },
    FullDiskCall(DataMethods.getImage) {
      GetImageRequest(project: $0.project, id: $0.images[0].id)
    },
    FullDiskCall(DataMethods.downloadImage) {
      DownloadImageRequest(project: $0.project, id: $0.images[0].id)
    },
    FullDiskCall(DataMethods.listImages) { ListImagesRequest(project: $0.project) },
    FullDiskCall(DataMethods.findMissingImages) {
      FindMissingImagesRequest(project: $0.project, ids: $0.images.map(\.id))
    },
    FullDiskCall(DataMethods.setAnnotation) {
      SetAnnotationRequest(
        project: $0.project, id: $0.images[0].id, annotation: Annotation("dog"))
    },
    FullDiskCall(DataMethods.removeAnnotation) {
      RemoveAnnotationRequest(project: $0.project, id: $0.images[0].id)
    },
    FullDiskCall(DataMethods.analyzeProject) { AnalyzeProjectRequest(project: $0.project) },
    FullDiskCall(DataMethods.deleteImage) {
      DeleteImageRequest(project: $0.project, id: $0.images[1].id)
    },
    FullDiskCall(DataMethods.deleteClasses) {
      DeleteClassesRequest(project: $0.project, force: true)
    },
    FullDiskCall(DataMethods.deleteProject) { DeleteProjectRequest(project: $0.large) },
  ]

  private static let training = [
    FullDiskCall(TrainingMethods.train) { props in
      let world = props.world
      let job = try await world.training.train(
        TrainRequest(project: "trained", parameters: World.quickParameters),
        options: world.options())
      _ = try await world.training.cancelTraining(
        CancelTrainingRequest(training: job.training), options: world.options())
    },
    FullDiskCall(TrainingMethods.watchTraining) { _ in
      WatchTrainingRequest(training: "trained@1")
    },
    FullDiskCall(TrainingMethods.getTraining) { _ in GetTrainingRequest(training: "trained@1") },
    FullDiskCall(TrainingMethods.getTrainingReport) { _ in
      GetTrainingReportRequest(training: "trained@1")
    },
    FullDiskCall(TrainingMethods.listTrainings) { _ in ListTrainingsRequest(project: "trained") },
    FullDiskCall(TrainingMethods.cancelTraining) {
      CancelTrainingRequest(training: "\($0.trained)@1")
    },
  ]

  private static let inference = [
    FullDiskCall(InferenceMethods.infer) { _ in
      InferRequest(model: "ada/trained", image: InferenceCases.blue)
    },
    FullDiskCall(InferenceMethods.inferStream) { props in
      let world = props.world
      let request = InferRequest(model: "ada/trained", image: InferenceCases.blue)
      try await world.inference.inferStream(options: world.options()) { writer, answers in
        try await writer.write(InferStreamRequest(id: 1, request: request))
        writer.finish()
        for try await answer in answers {
          if case .failure(let failure) = answer.outcome {
            throw Status(StatusCode(rawValue: UInt8(failure.code)) ?? .unknown, failure.message)
          }
        }
      }
    },
    FullDiskCall(InferenceMethods.submitInference) { _ in
      SubmitInferenceRequest(
        request: InferRequest(model: "ada/trained", image: InferenceCases.red))
    },
    FullDiskCall(InferenceMethods.getInference) { GetInferenceRequest(id: $0.inference) },
  ]

  private static let publishing = [
    FullDiskCall(PublishingMethods.publish) {
      PublishRequest(training: "trained@1", description: "at the level \($0.name)")
    },
    FullDiskCall(PublishingMethods.searchPublished) { _ in SearchPublishedRequest() },
    FullDiskCall(PublishingMethods.getModel) { _ in
      GetModelRequest(model: "ada/trained")
    },
    FullDiskCall(PublishingMethods.unpublish) { _ in UnpublishRequest(target: .project("trained"))
    },
  ]
}
