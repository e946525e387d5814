import API
import Codec
import Credentials
import EngineHost
import Foundation
import Logging
import RPCClient
import RPCCore
import RPCServer
import Services
import Store
import Synchronization
import TestSupport
import Testing

/// The server has done what it was asked for, and the connection is lost before it can say so.
@Suite(.timeLimit(.minutes(2))) struct LostAnswerTests {
  /// Holds back the answers to one method, which was served.
  private final class Withholding: ServerInterceptor {
    let method: String
    let served: AsyncStream<Void>
    private let note: AsyncStream<Void>.Continuation

    init(_ method: String) {
      self.method = method
      (served, note) = AsyncStream<Void>.makeStream()
    }

    func intercept(_ context: ServerContext, _ next: () async throws -> Void) async throws {
      try await next()
      guard context.method.name == method else { return }
      note.yield()
      try await Task.sleep(for: .seconds(3_600))
    }
  }

  private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func routes(_ store: DataStore) throws -> [Route] {
    var configuration = ProviderSet.Configuration()
    configuration.passwords.memoryKiB = 64
    configuration.passwords.passes = 1
    let noEngine = Client(to: .unix(path: "/nowhere"), logger: Self.logger)
    return try ProviderSet(
      store: store, vision: EngineVisionClient(noEngine), engines: NoEngines(),
      configuration: configuration, logger: Self.logger
    ).routes
  }

  /// Nothing is trained here.
  private struct NoEngines: TrainingEngines {
    func withTrainer<R: Sendable>(
      _ body: (EngineTrainerClient) async throws -> R
    ) async throws -> R { throw CancellationError() }
  }

  /// Makes a call of `method` whose answer is lost with its server; the next server hears it again.
  private func losingTheAnswer<R: Sendable>(
    to method: String, in folder: TemporaryFolder,
    _ body: @escaping @Sendable (Client) async throws -> R
  ) async throws -> R {
    let address = Address.unix(path: folder.path + "/socket")
    var configuration = ClientConfiguration(addresses: [address])
    configuration.retryPolicy = RetryPolicy()
    configuration.backoff = BackoffPolicy(initial: .milliseconds(5), maximum: .milliseconds(20))
    return try await withClient(configuration, logger: Self.logger) { client in
      try await withThrowingTaskGroup(of: R?.self) { group in
        let first = Withholding(method)
        group.addTask { [self] in
          let store = try DataStore.open(
            folder: folder.path + "/data", at: Timestamp(unixMilliseconds: 0))
          let server = Server(
            routes: try routes(store), logger: Self.logger, interceptors: [first])
          try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run(on: [address]) }
            for await _ in first.served { break }
            // The connections are cut, with the answer unsent.
            group.cancelAll()
            try await group.waitForAll()
          }
          try store.close()
          let again = try DataStore.open(
            folder: folder.path + "/data", at: Timestamp(unixMilliseconds: 0))
          let next = Server(routes: try routes(again), logger: Self.logger)
          try await next.run(on: [address])
          try again.close()
          return nil
        }
        group.addTask { try await body(client) }
        while let result = try await group.next() {
          guard let result else { continue }
          group.cancelAll()
          return result
        }
        throw CancellationError()
      }
    }
  }

  private func options(_ token: String = "") -> CallOptions {
    var options = CallOptions(timeout: .seconds(60), waitForReady: true)
    options.idempotencyKey = CallOptions.newIdempotencyKey()
    options.response = ResponseMetadata()
    if !token.isEmpty { options.metadata["authorization"] = "Bearer \(token)" }
    return options
  }

  @Test func `an account is made once, and its maker gets the first token`() async throws {
    let folder = try TemporaryFolder()
    let options = options()
    let secret = try await losingTheAnswer(to: "CreateAccount", in: folder) { client in
      let made = try await AuthClient(client).createAccount(
        CreateAccountRequest(user: "ada", password: "correct horse"), options: options)
      let secret = made.secret
      let tokens = try await AuthClient(client).listTokens(
        .init(), options: CallOptions(metadata: ["authorization": "Bearer \(secret)"]))
      #expect(tokens.tokens.count == 1)
      return secret
    }
    #expect(options.response?.trailers["idempotent-replayed"] == "true")
    // What gives access stands nowhere in what is kept.
    for file in try folder.files(in: "data") where file.hasPrefix("diyml.sqlite") {
      let bytes = try Data(contentsOf: URL(filePath: folder.path + "/data/" + file))
      for text in [secret, "correct horse", options.idempotencyKey ?? ""] {
        #expect(!text.isEmpty && bytes.range(of: Data(text.utf8)) == nil, "\(file) has \(text)")
      }
    }
  }

  @Test func `a project is made once, and its maker hears of success`() async throws {
    let folder = try TemporaryFolder()
    let options = self.options()
    let projects = try await losingTheAnswer(to: "CreateProject", in: folder) { client in
      let made = try await AuthClient(client).createAccount(
        CreateAccountRequest(user: "ada", password: "correct horse"), options: options)
      var keyed = self.options(made.secret)
      let data = DataClient(client)
      _ = try await data.createProject(
        CreateProjectRequest(project: "pets", type: .detection), options: keyed)
      #expect(keyed.response?.trailers["idempotent-replayed"] == "true")
      keyed.idempotencyKey = nil
      return try await data.listProjects(.init(), options: keyed).projects.map(\.name)
    }
    #expect(projects == ["pets"])
  }
}
