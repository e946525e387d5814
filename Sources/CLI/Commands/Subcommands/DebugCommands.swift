import ArgumentParser
import RPCCore
import RPCServices

/// The commands for those who run a server.
struct DebugGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "debug",
    abstract: "Look at what a server is doing.",
    discussion: "EXAMPLE: diyml debug connections --server unix:/run/diyml.sock",
    subcommands: [DebugConnections.self])
}

struct DebugConnections: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "connections",
    abstract: "List the server's connections and their open calls.",
    discussion: """
      Only for the server's own user, over a Unix socket: start it with one more \
      --listen unix:PATH. Sizes are bytes; windows are what may still be sent, to the client and by it.

      EXAMPLE: diyml debug connections --ping --server unix:/run/diyml.sock
      """)

  static let hints: [StatusCode: String] = [
    .permissionDenied: "diymld --listen unix:PATH, then as its user --server unix:PATH"
  ]

  private static let timeout = Duration.seconds(30)

  @Flag(help: "Ask each connection for a sign of life first, and show how long it took.")
  var ping = false
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let connections = try await context.calling { caller, options in
      var options = options
      options.timeout = Self.timeout
      return try await InspectionClient(caller).listConnections(
        ListConnectionsRequest(ping: ping), options: options
      ) { responses in
        var found: [ConnectionView] = []
        for try await connection in responses { found.append(ConnectionView(connection)) }
        return found
      }
    }
    try context.report(ConnectionListView(connections: connections)) {
      context.print(ConnectionListView.table(connections), ifEmpty: "no connections")
      context.print(ConnectionListView.calls(connections), ifEmpty: "no open calls")
    }
  }
}
