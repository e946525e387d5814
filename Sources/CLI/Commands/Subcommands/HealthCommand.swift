import ArgumentParser
import RPCCore
import RPCServices

/// Asks a server how it is.
struct HealthCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Ask whether the server, or one of its services, can take calls.",
    discussion: """
      Needs no login. Ends with exit code 0 if it can and 5 if it cannot.

      EXAMPLE: diyml health && diyml health diyml.v1.Inference
      """)

  static let hints: [StatusCode: String] = [.notFound: "diyml describe lists the services"]

  private static let timeout = Duration.seconds(10)

  @Argument(help: "A service's full name. (default: the whole server)") var service: String?
  @Flag(help: "Go on, and print each change, until the server stops.") var watch = false
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let request = HealthCheckRequest(service: service ?? "")
    let status = try await context.calling { caller, _ in
      let health = HealthClient(caller)
      func show(_ answer: HealthCheckResponse) throws -> ServingStatus {
        try context.report(answer) { context.print(answer.status.word) }
        return answer.status
      }
      guard watch else {
        return try show(
          await health.check(request, options: CallOptions(timeout: Self.timeout)))
      }
      return try await health.watch(request) { answers in
        var last = ServingStatus.unspecified
        for try await answer in answers { last = try show(answer) }
        return last
      }
    }
    guard status == .serving else {
      throw CommandFailure.server(
        Status(.unavailable, "\(service ?? "the server") is \(status.word)"),
        hint: "the server's log says more")
    }
  }
}
