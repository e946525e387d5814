import API
import ArgumentParser
import CommandLineKit
import Logging
import RPCCore
import RPCServer

/// Serves the contract with empty answers.
struct TargetCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "diyml-load target",
    abstract:
      "Serve every method with an empty answer, to measure what diyml-load itself can drive.",
    discussion: """
      No login is asked for and nothing is kept. Ctrl-C ends it.

      EXAMPLE
        diyml-load target --listen unix:/tmp/target &
        diyml-load Auth/UserExists --server unix:/tmp/target --streams 64
      """)

  @Option(
    help: ArgumentHelp("Where to listen: HOST:PORT or unix:PATH.", valueName: "address"),
    transform: { text in
      guard let address = Address(text) else {
        throw ValidationError("'\(text)' is not a valid address; want HOST:PORT or unix:PATH.")
      }
      return address
    })
  var listen = Address.tcp(host: "127.0.0.1", port: 0)

  var chosenServer: ServerAddress? { nil }
  var wantsJSON: Bool { false }

  func perform(in context: CommandContext) async throws {
    let silent = Logger(label: "diyml-load") { _ in SwiftLogNoOpLogHandler() }
    var limits = Limits()
    limits.streamsMax = PlanLimits.streamsMax
    limits.connectionsPerAddressMax = limits.connectionsMax
    let server = Server(
      routes: EmptyRoutes.routes(for: allMethods), limits: limits, logger: silent)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [listen]) }
      group.addTask { await context.system.interruption() }
      group.addTask {
        for address in try await server.boundAddresses { context.note("listening on \(address)") }
        try await ContinuousClock().sleep(for: .seconds(PlanLimits.durationRange.upperBound))
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}
