import API
import Foundation
import Logging
import RPCCore
import RPCLoopback
import Synchronization
import TestSupport

@testable import CommandLineKit
@testable import LoadKit

/// Connects to routes in memory: the whole protocol runs, without a socket.
struct LoopbackConnector: Connector {
  let routes: [Route]

  func connected<Result: Sendable>(
    to address: Address, tls: TLSClientConfiguration?,
    _ body: @Sendable (any Caller) async throws -> Result
  ) async throws -> Result {
    let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return try await withLoopback(routes: routes, logger: silent) { try await body($0) }
  }
}

/// Finds no server.
struct NoServer: Connector {
  func connected<Result: Sendable>(
    to address: Address, tls: TLSClientConfiguration?,
    _ body: @Sendable (any Caller) async throws -> Result
  ) async throws -> Result {
    throw Status(.unavailable, "no server at \(address)")
  }
}

/// What a command printed and how it ended.
struct CommandOutcome {
  var exit: CommandExit?
  var output: String
  var complaints: String
}

/// A machine with a home folder, in front of a server.
struct Stage: Sendable {
  let folder: TemporaryFolder
  var connector: any Connector = LoopbackConnector(routes: EmptyRoutes.routes(for: allMethods))
  var environment: [String: String] = [:]
  var interruption: @Sendable () async -> Void = {
    // Nobody presses Ctrl-C: waits for its own cancellation.
    try? await Task.sleep(for: .seconds(60))
  }

  init() throws { folder = try TemporaryFolder() }

  func path(_ name: String) -> String { folder.path + "/" + name }

  /// Runs `diyml-load ARGUMENTS`.
  func run(_ arguments: String...) async -> CommandOutcome { await run(arguments) }

  /// Runs `diyml-load ARGUMENTS`.
  func run(_ arguments: [String]) async -> CommandOutcome {
    let output = SharedText()
    let complaints = SharedText()
    let system = System(
      environment: environment, homeDirectory: folder.path, terminal: Terminal(),
      output: { output.append($0) }, complaints: { complaints.append($0) },
      readSecret: { _ in "" }, readLine: { nil },
      now: { Date(timeIntervalSince1970: 1_000_000) }, sleep: { _ in },
      interruption: interruption, connector: connector)
    let code = await runLoadCommandLine(arguments, on: system)
    return CommandOutcome(
      exit: CommandExit(rawValue: code), output: output.value, complaints: complaints.value)
  }

  /// Runs a plan in front of these routes.
  func run(_ plan: LoadPlan) async throws -> LoadRun.Result {
    try await within(.seconds(60), "the run") {
      try await LoadRun(
        plan: plan, address: .unix(path: "nowhere"), connector: connector, serverPID: nil,
        interruption: interruption, show: { _ in }
      ).run()
    }
  }
}

private final class SharedText: Sendable {
  private let text = Mutex("")
  func append(_ more: String) { text.withLock { $0 += more } }
  var value: String { text.withLock { $0 } }
}
