import API
import Foundation
import Logging
import RPCCore
import RPCLoopback
import RPCServices
import TestSupport

@testable import CommandLineKit

/// Connects to routes in memory: the whole protocol runs, without a socket.
struct LoopbackConnector: Connector {
  let routes: [Route]
  /// With what connections were asked for, one after the other.
  let asked: Shared<[TLSClientConfiguration?]>
  var extensions: [any ServerExtension] = []

  func connected<Result: Sendable>(
    to address: Address, tls: TLSClientConfiguration?,
    _ body: @Sendable (any Caller) async throws -> Result
  ) async throws -> Result {
    asked.withLock { $0.append(tls) }
    let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return try await withLoopback(
      routes: routes, logger: silent, extensions: extensions
    ) { try await body($0) }
  }
}

/// What a command printed and how it ended.
struct CommandOutcome: Equatable {
  var exit: CommandExit?
  var output: String
  var complaints: String
}

/// A person at a machine with a home folder, in front of a server.
struct World: Sendable {
  let folder: TemporaryFolder
  let backend = FakeBackend()
  /// What each server offers about itself: every command meets one of its own.
  var services: (@Sendable () -> StandardServices)? = {
    StandardServices(files: API.allProtoFiles, administrators: Administrators { _ in true })
  }
  /// What connections were asked to speak TLS with.
  let asked = Shared<[TLSClientConfiguration?]>([])
  var environment: [String: String] = [:]
  var terminal = Terminal()
  /// What is typed where nothing is shown.
  var secrets: [String] = []
  /// The lines of standard input.
  var input: [String] = []
  var interruption: @Sendable () async -> Void = {
    // Nobody presses Ctrl-C: waits for its own cancellation.
    for await _ in AsyncStream<Never>(unfolding: {
      try? await Task.sleep(for: .seconds(60))
      return nil
    }) {}
  }

  init() throws { folder = try TemporaryFolder() }

  /// Runs `diyml ARGUMENTS`.
  func run(_ arguments: String...) async -> CommandOutcome {
    await run(arguments)
  }

  /// Runs `diyml ARGUMENTS`.
  func run(_ arguments: [String]) async -> CommandOutcome {
    let output = Shared("")
    let complaints = Shared("")
    let secrets = Shared(secrets)
    let input = Shared(input)
    let system = System(
      environment: environment, homeDirectory: folder.path, terminal: terminal,
      output: { text in output.withLock { $0 += text } },
      complaints: { text in complaints.withLock { $0 += text } },
      readSecret: { _ in
        try secrets.withLock { secrets in
          if secrets.isEmpty { throw CommandFailure.usage("there is no terminal") }
          return secrets.removeFirst()
        }
      },
      readLine: { input.withLock { $0.isEmpty ? nil : $0.removeFirst() } },
      now: { Date(timeIntervalSince1970: 1_000_000) },
      sleep: { _ in }, interruption: interruption,
      connector: LoopbackConnector(
        routes: backend.routes, asked: asked, extensions: services.map { [$0()] } ?? []))
    let code = await runCommandLine(arguments, on: system)
    return CommandOutcome(
      exit: CommandExit(rawValue: code), output: output.withLock { $0 },
      complaints: complaints.withLock { $0 })
  }

  /// Logs `ada` in.
  func loggedIn() async -> World {
    var world = self
    world.secrets = ["correct horse", "correct horse"]
    _ = await world.run("account", "create", "ada")
    world.secrets = []
    return world
  }
}
