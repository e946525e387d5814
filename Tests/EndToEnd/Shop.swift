import API
import Codec
import RPCCore
import TestSupport
import Testing

/// An account on a `diymld`, and how the tests of processes use it.
struct Shop: Sendable {
  static let password = "correct horse battery"
  static let project = "pets"
  static let model = "ada/pets"

  /// Goes with every call; connections come and go.
  let options: CallOptions

  /// Makes the account and a project with the classes `red` and `blue`.
  init(opening caller: any Caller) async throws {
    let made = try await AuthClient(caller).createAccount(
      CreateAccountRequest(user: "ada", password: Self.password))
    options = World.options(token: made.secret)
    let data = DataClient(caller)
    _ = try await data.createProject(
      CreateProjectRequest(project: Self.project, type: .classification), options: options)
    _ = try await data.setClasses(
      SetClassesRequest(
        project: Self.project, classes: [Class(name: "red"), Class(name: "blue")]),
      options: options)
  }

  /// Stores one image and returns its id once the server has acknowledged it.
  @discardableResult
  func put(
    _ image: [UInt8], _ className: String? = nil, _ caller: any Caller
  ) async throws -> String {
    let request = PutImageRequest(
      project: Self.project, image: Bytes(image), annotation: className.map { Annotation($0) })
    let response = try await DataClient(caller).putImage(request, options: options)
    return try #require(response.image).id
  }

  /// Sends images in chunks in one stream.
  func putAll(_ images: [[UInt8]], _ caller: any Caller) async throws -> PutImagesResponse {
    try await DataClient(caller).putImages(options: options) { writer in
      try await writer.write(PutImagesRequest(part: .start(.init(project: Self.project))))
      for image in images {
        for part in UploadCases.parts(of: Bytes(image), chunkBytes: 16 << 10) {
          try await writer.write(part)
        }
      }
    }
  }

  /// All images of the project.
  func list(_ caller: any Caller) async throws -> [Image] {
    try await everyPage { token in
      let page = try await DataClient(caller).listImages(
        ListImagesRequest(project: Self.project, pageSize: 1_000, pageToken: token),
        options: options)
      return (page.images, page.nextPageToken)
    }
  }

  /// An image's bytes.
  func read(_ id: String, _ caller: any Caller) async throws -> [UInt8] {
    try await DataClient(caller).downloadImage(
      DownloadImageRequest(project: Self.project, id: id), options: options
    ) { parts in
      try await parts.reduce(into: []) { $0 += $1.chunk }
    }
  }

  /// Uploads what it takes to train.
  func fill(_ caller: any Caller) async throws {
    for tint in SyntheticImages.Tint.allCases {
      for seed in 0..<12 as Range<UInt64> {
        try await put(SyntheticImages.blobs(tint, seed: seed), tint.rawValue, caller)
      }
    }
  }

  /// Starts a training.
  func train(_ parameters: TrainingParameters, _ caller: any Caller) async throws {
    _ = try await TrainingClient(caller).train(
      TrainRequest(project: Self.project, parameters: parameters), options: options)
  }

  private func newestTraining(_ caller: any Caller) async throws -> String {
    try await DataClient(caller).getProject(
      GetProjectRequest(project: Self.project), options: options
    ).newestTraining
  }

  /// Waits until the newest training has begun in earnest.
  func watchUntilProgress(_ caller: any Caller) async throws {
    try await TrainingClient(caller).watchTraining(
      WatchTrainingRequest(training: try await newestTraining(caller)), options: options
    ) { events in
      for try await event in events {
        if case .progress = event.event { return }
      }
    }
  }

  /// Waits for the end of the newest training.
  func ended(_ caller: any Caller) async throws -> TrainingJob {
    let training = TrainingClient(caller)
    let newest = try await newestTraining(caller)
    _ = try await training.watchTraining(
      WatchTrainingRequest(training: newest), options: options
    ) { events in
      try await events.reduce(0) { count, _ in count + 1 }
    }
    return try await training.getTraining(
      GetTrainingRequest(training: newest), options: options)
  }

  /// Fills the project, trains for a few seconds and publishes the model.
  func publishModel(_ caller: any Caller) async throws {
    try await fill(caller)
    try await train(World.quickParameters, caller)
    let job = try await ended(caller)
    try #require(job.state == .succeeded, "training ended \(job.state): \(job.reason)")
    _ = try await PublishingClient(caller).publish(
      PublishRequest(training: Self.project), options: options)
  }

  /// Infers on one image.
  @discardableResult
  func infer(_ image: Bytes, _ caller: any Caller) async throws -> InferResponse {
    try await InferenceClient(caller).infer(
      InferRequest(model: Self.model, image: image), options: options)
  }
}
