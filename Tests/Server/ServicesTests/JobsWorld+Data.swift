import API
import Codec
import Credentials
import Foundation
import RPCCore
import Store

@testable import Services

struct TestUser: Sendable {
  let id: AccountID
  let name: String
  /// Carry the user's token.
  let options: CallOptions
}

extension JobsWorld {
  var now: Timestamp { Timestamp(unixMilliseconds: time.unixMilliseconds) }

  /// Makes an account with a token of the scopes.
  func user(_ name: String, scopes: [Scope]? = nil) async throws -> TestUser {
    let secret = TokenSecret()
    let scopes: [Scope] = scopes ?? [.read, .write, .train, .publish, .infer, .account]
    let made = try await store.createAccount(
      name: name, passwordHash: "none",
      token: NewToken(
        secretHash: secret.hash, label: "test", scopes: scopes,
        expireTime: now + .seconds(1_000_000)),
      at: now)
    return TestUser(
      id: made.account.id, name: name,
      options: CallOptions(metadata: ["authorization": "Bearer \(secret.text)"]))
  }

  /// Makes a project that is ready to be trained: `images` distinct ones of each class.
  @discardableResult
  func project(
    _ name: String, of user: TestUser, type: ProjectType = .classification,
    classes: [String] = ["cat", "dog"], images: Int = 10
  ) async throws -> [ObjectHash] {
    _ = try await store.createProject(
      name: name, type: type, description: "", of: user.id, at: now)
    guard !classes.isEmpty else { return [] }
    _ = try await store.setClasses(
      classes.map { Class(name: $0) }, ofProject: name, of: user.id, at: now)
    var objects: [ObjectHash] = []
    for image in 0..<images {
      for (place, className) in classes.enumerated() {
        let staged = try store.stage(Array("\(name) \(className) \(image)".utf8))
        // Far apart, so that no two count as duplicates.
        let hash = UInt64(image * classes.count + place + 1) &* 0x9E37_79B9_7F4A_7C15
        _ = try await store.putImage(
          staged,
          image: ImageFacts(format: .png, width: 64, height: 48, perceptualHash: hash),
          annotation: type == .classification ? .className(className) : .boxes(Boxes()),
          fileName: "", inProject: name, of: user.id, at: now)
        objects.append(staged.hash)
      }
    }
    return objects
  }

  /// Puts a training that has succeeded into a project, as if an engine had run it.
  @discardableResult
  func trained(
    _ project: String, of user: TestUser, classes: [String] = ["cat", "dog"]
  ) async throws -> TrainingRecord {
    let queued = try await store.queueTraining(
      ofProject: project, of: user.id,
      parameters: Array(TrainingParameters(seed: 7).serialized()), at: now
    ) { _ in FrozenDataSet(classNames: classes, examples: []) }
    _ = try await store.startTraining(queued.id, at: now)
    let metrics = ModelMetrics(accuracy: 0.75, macroF1: 0.5)
    return try await store.finishTraining(
      queued.id, weights: try store.stage(Array("weights \(queued.id)".utf8)),
      facts: ModelFacts(architecture: "fake-net", inputSide: 224, metrics: metrics), report: [],
      at: now)
  }

  /// Makes a project with a published model; its only version is 1.
  @discardableResult
  func published(_ project: String, of user: TestUser) async throws -> TrainingRecord {
    try await self.project(project, of: user, images: 1)
    let training = try await trained(project, of: user)
    _ = try await store.publish(
      nil, ofProject: project, of: user.id, description: "of \(project)", at: now)
    return training
  }
}

/// What a call fails with; nothing when it succeeds.
func status(of call: () async throws -> some Sendable) async throws -> Status? {
  do {
    _ = try await call()
    return nil
  } catch let status as Status {
    return status
  }
}
