import API
import Cryptography
import Foundation
import Store
import TestSupport

extension TemporaryFolder {
  /// Paths of the object files.
  func objectFiles() throws -> [String] { try files(in: "objects") }

  func stagedFiles() throws -> [String] { try files(in: "staging") }
}

/// A store with an account and a project, for the tests that need no more.
struct StoreFixture: Sendable {
  let folder: TemporaryFolder
  let store: DataStore
  let ada: AccountRecord
  let adaToken: Token

  static let start = Timestamp(unixMilliseconds: 1_000_000)

  init(onDisk: Bool = false, limits: StoreLimits = StoreLimits()) async throws {
    folder = try TemporaryFolder()
    store =
      onDisk
      ? try DataStore.open(folder: folder.path, limits: limits, at: Self.start)
      : try DataStore.inMemory(objectsIn: folder.path, limits: limits, at: Self.start)
    (ada, adaToken) = try await store.createAccount(
      name: "Ada", passwordHash: "hash", token: Self.newToken(1), at: Self.start)
  }

  /// On a disk that can be filled.
  init(
    on disk: SmallDisk, report: @escaping @Sendable (StoreEvent) -> Void = { _ in }
  ) async throws {
    folder = disk.folder
    store = try DataStore.open(folder: folder.path, at: Self.start, report: report)
    (ada, adaToken) = try await store.createAccount(
      name: "Ada", passwordHash: "hash", token: Self.newToken(1), at: Self.start)
  }

  /// Tokens of different seeds have different secrets; they live for 1,000 s.
  static func newToken(
    _ seed: UInt64, lifetime: Duration = .seconds(1_000), origin: NewToken.Origin = .request
  ) -> NewToken {
    NewToken(
      secretHash: secretHash(seed), label: "token \(seed)", scopes: [.read],
      expireTime: start + lifetime, origin: origin)
  }

  static func secretHash(_ seed: UInt64) -> [UInt8] {
    SHA256.hash("\(seed)".utf8)
  }

  static func facts(_ hash: UInt64 = 7) -> ImageFacts {
    ImageFacts(format: .png, width: 640, height: 480, perceptualHash: hash)
  }

  /// Makes a project of the kind with classes `cat` and `dog`.
  @discardableResult
  func makeProject(
    _ name: String = "pets", _ kind: ProjectType = .classification, of account: AccountID? = nil
  ) async throws -> ProjectRecord {
    let account = account ?? ada.id
    _ = try await store.createProject(
      name: name, type: kind, description: "", of: account, at: Self.start)
    _ = try await store.setClasses(
      [Class(id: 0, name: "cat"), Class(id: 0, name: "dog")], ofProject: name,
      of: account, at: StoreFixture.start)
    return try await store.project(named: name, of: account)
  }

  /// Stores the text's bytes as an image.
  @discardableResult
  func put(
    _ text: String, _ annotation: Annotation.Value? = nil, replacing: Bool = false,
    in project: String = "pets", of account: AccountID? = nil
  ) async throws -> StoredImage {
    try await store.putImage(
      store.stage(Array(text.utf8)), image: Self.facts(), annotation: annotation,
      replacing: replacing, fileName: text + ".png", inProject: project, of: account ?? ada.id,
      at: Self.start)
  }

  func makeAccount(_ name: String, seed: UInt64) async throws -> AccountRecord {
    try await store.createAccount(
      name: name, passwordHash: "hash of \(name)", token: Self.newToken(seed), at: Self.start
    ).account
  }

  /// Queues a training of all images that have a class.
  func queueTraining(of project: String = "pets") async throws -> TrainingRecord {
    try await store.queueTraining(
      ofProject: project, of: ada.id, parameters: [1, 2], at: Self.start, freeze: Self.freeze)
  }

  /// Queues, runs and finishes a training.
  func train(_ project: String = "pets", weights: String = "weights") async throws
    -> TrainingRecord
  {
    let training = try await queueTraining(of: project)
    _ = try await store.startTraining(training.id, at: Self.start)
    return try await store.finishTraining(
      training.id, weights: store.stage(Array(weights.utf8)), facts: Self.modelFacts, report: [8],
      at: Self.start)
  }

  static let modelFacts = ModelFacts(
    architecture: "efficientnet-lite0", inputSide: 224, metrics: ModelMetrics(accuracy: 0.9))

  @Sendable static func freeze(_ examination: ProjectExamination) throws -> FrozenDataSet {
    var examples: [TrainingExample] = []
    try examination.forEachImage(onlyLabeled: true) { image in
      guard let label = image.label else { return }
      examples.append(
        TrainingExample(
          object: image.object, label: label, group: Int32(image.id), width: image.width,
          height: image.height))
    }
    return FrozenDataSet(classNames: examination.project.classes.map(\.name), examples: examples)
  }
}
