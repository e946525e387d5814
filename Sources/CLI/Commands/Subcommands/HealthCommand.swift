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
      guard watch else {
        return try await health.check(request, options: CallOptions(timeout: Self.timeout)).status
      }
      return try await health.watch(request) { responses in
        var last = ServingStatus.unspecified
        for try await response in responses {
          last = response.status
          try context.reportLine(HealthView(last)) { context.print(last.word) }
        }
        return last
      }
    }
    if !watch { try context.report(HealthView(status)) { context.print(status.word) } }
    guard status == .serving else {
      throw CommandFailure.server(
        Status(.unavailable, "\(service ?? "the server") is \(status.word)"),
        hint: "the server's log says more")
    }
  }
}

/// What `health --json` prints.
private struct HealthView: Encodable {
  let status: String

  init(_ status: ServingStatus) { self.status = status.word }
}

extension ServingStatus {
  fileprivate var word: String {
    switch self {
    case .serving: "SERVING"
    case .notServing: "NOT_SERVING"
    case .serviceUnknown: "SERVICE_UNKNOWN"
    case .unspecified, .unrecognized: "UNKNOWN"
    }
  }
}

extension CommandContext {
  /// Prints `value` as a line for programs, or what `people` prints for people.
  fileprivate func reportLine(_ value: some Encodable, people: () -> Void) throws {
    if isJSON { try printJSONLine(value) } else { people() }
  }
}
