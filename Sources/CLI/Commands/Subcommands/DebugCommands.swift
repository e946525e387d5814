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
        var found: [ConnectionInfo] = []
        for try await connection in responses { found.append(connection) }
        return found
      }
    }
    try context.report(connections) {
      context.print(Self.table(connections), ifEmpty: "no connections")
      context.print(Self.table(connections.flatMap(\.calls)), ifEmpty: "no open calls")
    }
  }

  private static func table(_ connections: [ConnectionInfo]) -> Table {
    Table(
      [
        .init("CONNECTION"), .init("PEER"), .init("STATE"), .init("AGE", isNumeric: true),
        .init("IDLE", isNumeric: true), .init("PING", isNumeric: true),
        .init("CALLS", isNumeric: true), .init("OPEN", isNumeric: true),
        .init("IN", isNumeric: true), .init("OUT", isNumeric: true),
        .init("WINDOWS", isNumeric: true), .init("QUEUED", isNumeric: true), .init("IDENTITY"),
      ],
      rows: connections.map { one in
        [
          one.name, one.peer, one.state.word, seconds(one.ageMicroseconds),
          seconds(one.idleMicroseconds),
          one.pingMicroseconds.map { "\(rounded(Double($0) / 1e3)) ms" } ?? "",
          "\(one.callsStarted)", "\(one.calls.count)", "\(one.bytesReceived)", "\(one.bytesSent)",
          "\(one.sendWindowBytes)/\(one.receiveWindowBytes)", "\(one.queuedBytes)", one.identity,
        ]
      })
  }

  private static func table(_ calls: [CallInfo]) -> Table {
    Table(
      [
        .init("REQUEST"), .init("METHOD"), .init("STATE"), .init("AGE", isNumeric: true),
        .init("LEFT", isNumeric: true), .init("IN", isNumeric: true), .init("OUT", isNumeric: true),
        .init("WINDOWS", isNumeric: true), .init("QUEUED", isNumeric: true),
      ],
      rows: calls.map { call in
        [
          call.requestId, call.method, call.isRunning ? "running" : "arriving",
          seconds(call.ageMicroseconds), call.leftMicroseconds.map(seconds) ?? "",
          "\(call.messagesReceived) (\(call.bytesReceived))",
          "\(call.messagesSent) (\(call.bytesSent))",
          "\(call.sendWindowBytes)/\(call.receiveWindowBytes)", "\(call.queuedBytes)",
        ]
      })
  }

  private static func seconds(_ microseconds: some BinaryInteger) -> String {
    "\(rounded(Double(microseconds) / 1e6)) s"
  }

  private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}
