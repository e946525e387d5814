import API
import Codec
import Credentials
import Foundation
import Logging
import RPCCore
import RPCLoopback
import Store
import Synchronization
import TestSupport
import Testing

@testable import Services

/// Accounts and data as a server offers them, over the loopback, with a fake engine and a store in
/// memory.
final class DataWorld: Sendable {
  let folder: TemporaryFolder
  let store: DataStore
  let time = HandClock()
  let eye: FakeEye
  private let configuration: ProviderSet.Configuration

  init(
    limits: ServiceLimits = ServiceLimits(), storeLimits: StoreLimits = StoreLimits(),
    eye: FakeEye = FakeEye(), folder: TemporaryFolder? = nil
  ) throws {
    self.folder = try folder ?? TemporaryFolder()
    self.eye = eye
    store = try DataStore.inMemory(
      objectsIn: self.folder.path, limits: storeLimits,
      at: Timestamp(unixMilliseconds: time.unixMilliseconds))
    var configuration = ProviderSet.Configuration()
    configuration.limits = limits
    configuration.passwords.memoryKiB = 64
    configuration.passwords.passes = 1
    self.configuration = configuration
  }

  /// What a test calls, with the metadata of one caller.
  struct Clients: Sendable {
    let auth: AuthClient
    let data: DataClient
    let caller: any Caller

    /// The options of a call with this token.
    func with(_ token: String) -> CallOptions {
      CallOptions(metadata: ["authorization": "Bearer \(token)"])
    }

    /// Makes an account and gives the options of its calls.
    func account(_ user: String = "ada", password: String = "password") async throws -> CallOptions
    {
      let answer = try await auth.createAccount(
        CreateAccountRequest(user: user, password: password))
      return with(answer.secret)
    }

    /// Makes a project with classes `cat` and `dog`.
    @discardableResult
    func project(
      _ name: String = "pets", _ type: ProjectType = .classification, _ options: CallOptions
    ) async throws -> Project {
      _ = try await data.createProject(
        CreateProjectRequest(project: name, type: type), options: options)
      _ = try await data.setClasses(
        SetClassesRequest(project: name, classes: [Class(name: "cat"), Class(name: "dog")]),
        options: options)
      let answer = try await data.getProject(GetProjectRequest(project: name), options: options)
      return answer
    }

    /// Uploads the text as an image.
    @discardableResult
    func put(
      _ text: String, _ annotation: Annotation? = nil, to project: String = "pets",
      _ options: CallOptions
    ) async throws -> PutImageResponse {
      try await data.putImage(
        PutImageRequest(
          project: project, image: Bytes(text.utf8), annotation: annotation,
          fileName: "\(text.prefix(20)).png"), options: options)
    }
  }

  func serve<R: Sendable>(_ body: @Sendable (Clients) async throws -> R) async throws -> R {
    let time = self.time
    return try await withLoopback(routes: eye.serving(folder).routes) { engine in
      let start = ContinuousClock.now
      let providers = try ProviderSet(
        store: store, vision: EngineVisionClient(engine),
        engines: FakeTrainingEngines(staging: folder.path + "/staging") { _, _ in },
        configuration: configuration,
        clock: ServiceClock(
          now: { Timestamp(unixMilliseconds: time.unixMilliseconds) },
          instant: { start + .milliseconds(time.unixMilliseconds) }),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      return try await withLoopback(routes: providers.routes) { caller in
        try await body(
          Clients(auth: AuthClient(caller), data: DataClient(caller), caller: caller))
      }
    }
  }
}

/// Stands in for the engine's eye: bytes that begin with "bad" are no image.
final class FakeEye: Sendable {
  private let inspected = Mutex<[String]>([])
  /// What a text of these bytes looks like.
  let look: @Sendable ([UInt8]) throws -> EngineInspectImageResponse

  init(
    look: @escaping @Sendable ([UInt8]) throws -> EngineInspectImageResponse = FakeEye.usual
  ) {
    self.look = look
  }

  /// What was examined, in order.
  var seen: [String] { inspected.withLock { $0 } }

  static func usual(_ bytes: [UInt8]) throws -> EngineInspectImageResponse {
    let text = String(decoding: bytes.prefix(64), as: UTF8.self)
    guard !text.hasPrefix("bad") else {
      throw Status(.invalidArgument, "'\(text)' is not an image")
    }
    guard !text.hasPrefix("gone") else { throw Status(.unavailable, "the engine died") }
    // Different texts look different, except those that begin alike up to a `~`.
    let look = text.split(separator: "~").first.map(String.init) ?? text
    let digits = sha256(Array(look.utf8)).prefix(16)
    return EngineInspectImageResponse(
      format: .png, width: 640, height: 480, frames: 1,
      perceptualHash: UInt64(digits, radix: 16) ?? 0)
  }

  func serving(_ folder: TemporaryFolder) -> Service { Service(eye: self, folder: folder) }

  struct Service: EngineVisionService {
    let eye: FakeEye
    let folder: TemporaryFolder

    func inspectImage(
      _ request: EngineInspectImageRequest, context: ServerContext
    ) async throws -> EngineInspectImageResponse {
      guard case .staged(let name) = request.image?.place else {
        throw Status(.invalidArgument, "not a staged image")
      }
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder.path + "/staging/" + name)))
      eye.inspected.withLock { $0.append(String(decoding: bytes.prefix(64), as: UTF8.self)) }
      return try eye.look(bytes)
    }

    func classify(
      _ request: EngineClassifyRequest, context: ServerContext
    ) async throws -> EngineClassifyResponse {
      throw Status(.unimplemented, "not in this test")
    }

    func detect(
      _ request: EngineDetectRequest, context: ServerContext
    ) async throws -> EngineDetectResponse {
      throw Status(.unimplemented, "not in this test")
    }
  }
}

/// A wall clock that only tests move.
final class HandClock: Sendable {
  private let milliseconds = Mutex<Int64>(1_000_000)

  var unixMilliseconds: Int64 { milliseconds.withLock { $0 } }

  func advance(by duration: Duration) {
    let (seconds, attoseconds) = duration.components
    milliseconds.withLock { $0 += seconds * 1_000 + attoseconds / 1_000_000_000_000_000 }
  }
}

/// The code of the status that `body` fails with; an issue when it does not.
func code(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> some Any
) async -> StatusCode? {
  await refusal(sourceLocation: sourceLocation, body)?.code
}

/// The status that `body` fails with; an issue when it does not.
func refusal(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> some Any
) async -> Status? {
  do {
    _ = try await body()
    Issue.record("the call succeeded", sourceLocation: sourceLocation)
  } catch let status as Status {
    return status
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
  return nil
}

/// Counts how many are inside at once.
final class LevelMeter: Sendable {
  private let state = Mutex((now: 0, highest: 0))

  var highest: Int { state.withLock { $0.highest } }

  func enter() {
    state.withLock {
      $0.now += 1
      $0.highest = max($0.highest, $0.now)
    }
  }

  func leave() { state.withLock { $0.now -= 1 } }
}
