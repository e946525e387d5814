import API
import Codec
import Foundation
import RPCCore
import TestSupport
import Testing

/// A server with something in it, and everyone who calls it.
///
/// Ada has three projects: `pets` with two classes and two images, `cells` for detection with one
/// image, and `trained` with a model that is published as version 1. Eve has an account.
struct World: Sendable {
  static let password = "correct horse battery"
  static let scopes: [Scope] = [.read, .write, .train, .publish, .infer, .account]
  static let trainedImagesPerClass = 12

  let caller: any Caller
  private let secrets: [Person: String]
  /// In `pets`: labelled `cat`.
  let cat: Image
  /// In `pets`: without a label.
  let stray: Image
  /// In `cells`.
  let cell: Image

  var auth: AuthClient { AuthClient(caller) }
  var data: DataClient { DataClient(caller) }
  var training: TrainingClient { TrainingClient(caller) }
  var publishing: PublishingClient { PublishingClient(caller) }
  var inference: InferenceClient { InferenceClient(caller) }

  /// What goes with a call of this person.
  func options(_ person: Person = .ada) -> CallOptions {
    switch person {
    case .ada, .eve, .adaWithout: Self.options(token: secrets[person] ?? "")
    case .stranger(nil): CallOptions(timeout: Self.timeout)
    case .stranger(let authorization?):
      CallOptions(timeout: Self.timeout, metadata: ["authorization": authorization])
    }
  }

  static func options(token: String) -> CallOptions {
    CallOptions(timeout: timeout, metadata: ["authorization": "Bearer \(token)"])
  }

  /// No call of a test takes longer on the slowest machine.
  private static let timeout = Duration.seconds(60)

  /// Calls a method of any kind with these messages and reads whatever it answers.
  func call<Q: Message>(
    _ method: MethodDescriptor, _ requests: [Q], as person: Person
  ) async throws {
    try await call(method, requests, with: options(person))
  }

  /// Like `call(_:_:as:)`, by whoever has these options.
  func call<Q: Message>(
    _ method: MethodDescriptor, _ requests: [Q], with options: CallOptions
  ) async throws {
    let messages = try requests.map { try $0.serializedInSegments() }
    guard method.kind != .unary else {
      _ = try await caller.unary(method, try #require(messages.first), options: options)
      return
    }
    try await caller.stream(method, options: options) { output, input in
      do {
        for message in messages { try await output.write(message) }
        output.finish()
      } catch is Status {
        // The call has ended already; its status comes below.
      }
      while try await input.next() != nil {}
    }
  }

  /// A name that nothing has yet.
  func newName() -> String { "n" + UUID().uuidString.prefix(12).lowercased() }
}

extension World {
  /// Fills an empty server.
  init(filling caller: any Caller) async throws {
    let auth = AuthClient(caller)
    let ada = try await auth.createAccount(
      CreateAccountRequest(user: "ada", password: Self.password))
    let eve = try await auth.createAccount(
      CreateAccountRequest(user: "eve", password: Self.password))
    let options = Self.options(token: ada.secret)
    var secrets: [Person: String] = [
      .ada: ada.secret, .eve: eve.secret,
    ]
    for scope in Self.scopes {
      let request = CreateTokenRequest(
        label: "without \(scope)", scopes: Self.scopes.filter { $0 != scope })
      let issued = try await auth.createToken(request, options: options)
      secrets[.adaWithout(scope)] = issued.secret
    }
    let data = DataClient(caller)
    try await Self.make("pets", .classification, ["cat", "dog"], data, options)
    try await Self.make("cells", .detection, ["cell"], data, options)
    try await Self.make("trained", .classification, ["red", "blue"], data, options)

    self.caller = caller
    self.secrets = secrets
    let red = SyntheticImages.blobs(.red, seed: 1_000)
    cat = try await Self.put(red, "pets", Annotation("cat"), data, options)
    let blue = SyntheticImages.blobs(.blue, seed: 1_001)
    stray = try await Self.put(blue, "pets", nil, data, options)
    let boxes = Annotation(boxes: [.init(xMin: 1, yMin: 2, xMax: 30, yMax: 40, className: "cell")])
    cell = try await Self.put(red, "cells", boxes, data, options)
    try await fillForTraining("trained")
    let job = try await train("trained")
    try #require(job.state == .succeeded, "training ended \(job.state): \(job.reason)")
    _ = try await publishing.publish(
      PublishRequest(training: "trained", description: "Tells red from blue."), options: options)
  }

  private static func make(
    _ name: String, _ type: ProjectType, _ classes: [String], _ data: DataClient,
    _ options: CallOptions
  ) async throws {
    _ = try await data.createProject(
      CreateProjectRequest(project: name, type: type, description: "\(name) of a test"),
      options: options)
    _ = try await data.setClasses(
      SetClassesRequest(project: name, classes: classes.map { Class(name: $0) }), options: options)
  }

  private static func put(
    _ image: [UInt8], _ project: String, _ annotation: Annotation?, _ data: DataClient,
    _ options: CallOptions
  ) async throws -> Image {
    let request = PutImageRequest(
      project: project, image: Bytes(image), annotation: annotation, fileName: "image.png")
    return try #require(try await data.putImage(request, options: options).image)
  }
}

// MARK: - What cases make for themselves

extension World {
  /// An account of its own, for cases that break it.
  func makeAccount() async throws -> (user: String, options: CallOptions) {
    let user = newName()
    let response = try await auth.createAccount(
      CreateAccountRequest(user: user, password: Self.password))
    return (user, Self.options(token: response.secret))
  }

  /// A project of ada's with classes `cat` and `dog` and nothing else.
  func makeProject(
    _ type: ProjectType = .classification, name: String? = nil, classes: [String] = ["cat", "dog"]
  ) async throws -> String {
    let name = name ?? newName()
    try await Self.make(name, type, classes, data, options())
    return name
  }

  /// Stores an image of ada's.
  @discardableResult
  func put(
    _ image: [UInt8], in project: String, _ annotation: Annotation? = nil
  ) async throws -> Image {
    try await Self.put(image, project, annotation, data, options())
  }

  /// Fills a project that has the classes `red` and `blue` with what it takes to train.
  func fillForTraining(_ project: String) async throws {
    for tint in SyntheticImages.Tint.allCases {
      for seed in 0..<UInt64(Self.trainedImagesPerClass) {
        try await put(
          SyntheticImages.blobs(tint, seed: seed), in: project, Annotation(tint.rawValue))
      }
    }
  }

  /// A project of ada's that can be trained.
  func makeTrainable() async throws -> String {
    let project = try await makeProject(classes: ["red", "blue"])
    try await fillForTraining(project)
    return project
  }

  static let quickParameters = TrainingParameters(seed: 7, inputSide: 64, headOnly: true)

  /// Trains the head only, which takes seconds, and waits for its end.
  func train(_ project: String) async throws -> TrainingJob {
    _ = try await training.train(
      TrainRequest(project: project, parameters: Self.quickParameters), options: options())
    return try await ended(project)
  }

  /// Waits until the first training of a project has ended.
  func ended(_ project: String) async throws -> TrainingJob {
    _ = try await training.watchTraining(
      WatchTrainingRequest(training: "\(project)@1"), options: options()
    ) { events in
      try await events.reduce(0) { count, _ in count + 1 }
    }
    return try await training.getTraining(
      GetTrainingRequest(training: "\(project)@1"), options: options())
  }
}

extension Annotation {
  /// The class of an image.
  init(_ className: String) { self.init(value: .className(className)) }

  /// The boxes of an image.
  init(boxes: [Box]) { self.init(value: .boxes(Boxes(boxes: boxes))) }
}
