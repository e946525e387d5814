import ArgumentParser
package import CommandLineKit
import Drawing
import Foundation
import RPCCore

/// Puts a server under load and tells how it does.
struct LoadCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "diyml-load",
    abstract: "Call a server's methods many times, and measure latency and throughput.",
    usage: """
      diyml-load SERVICE/METHOD [--rate CALLS] [options]
      diyml-load --mix FILE [--rate CALLS] [options]
      diyml-load compare FIRST.json SECOND.json [--json] [--plot FILE]
      diyml-load target [--listen ADDRESS]
      """,
    discussion: """
      EXAMPLES
        diyml-load Auth/WhoAmI --connections 4 --streams 16
        diyml-load Auth/WhoAmI --rate 5000 --streams 64 --duration 30 --plot load.svg
        diyml-load Inference/Infer --field model=ada/pets --field image=@cat.jpg
        diyml-load --mix mix.json --connections 8 --save after.json
        diyml-load compare before.json after.json --plot both.svg

      A mix is a JSON array; "request", "request_file", "request_bytes", "fields" and "messages" \
      mean what the options do:
        [{"method": "Data/GetClasses", "weight": 9, "request": {"project": "pets"}},
         {"method": "Inference/Infer",
          "fields": {"model": "ada/pets", "image": "@cat.jpg"}}]

      WHAT IS MEASURED
        Latency of the calls that were answered or timed out; other failures are counted by status \
      code, apart. With --rate it counts from the intended start of a call, so a server that stalls \
      cannot hide the calls that were due meanwhile. Calls that were due and for which no connection \
      had a free stream are shown as the backlog, and those never sent are counted. The server's \
      processor time and memory are read from /proc, with those of the processes it started, when \
      it runs on this machine.

      It stops when the time is up, after --calls, or on Ctrl-C with the results so far. The \
      token is that of `diyml account login` or $DIYML_TOKEN, if there is one.

      EXIT CODES
        As those of diyml, of which these occur: 0 all calls succeeded; 1 some failed, or the rate \
      was not kept; the failure's own code (3 to 9) where all calls failed alike; 2 a file; \
      64 wrong arguments; 130 Ctrl-C.
      """,
    version: "0.1.0")

  @Argument(
    help: ArgumentHelp(
      "A method: diyml.v1.Data/GetClasses, or for short Data/GetClasses.",
      valueName: "service/method"))
  var method: String?

  @Option(
    help: ArgumentHelp(
      "A file that names several methods, with weights and requests.", valueName: "file.json"))
  var mix: String?

  @OptionGroup(title: "What is sent") var request: RequestOptions
  @OptionGroup(title: "How much") var load: PlanOptions
  @OptionGroup(title: "What comes out") var results: ResultOptions
  @OptionGroup(title: "Server") var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    var plan = load.plan(try entries())
    let server = try context.server()
    if let token = try token(in: context, for: server) {
      plan.metadata["authorization"] = "Bearer \(token)"
    }
    let startedAt = context.system.now()
    let result = try await run(plan, server, context)
    let report = LoadReport(result, of: plan, at: server.address, startedAt: startedAt)
    try results.write(report)
    try context.report(document: report) {
      ReportText(report: report, palette: context.palette).lines.forEach { context.print($0) }
    }
    try Self.check(report, result)
  }

  private func entries() throws -> [LoadPlan.Entry] {
    if let mix {
      guard method == nil, request.isEmpty else {
        throw CommandFailure.usage("--mix names the methods and their requests; give it alone")
      }
      return try MixFile.entries(at: mix)
    }
    guard let method else { throw CommandFailure.usage("name a method, SERVICE/METHOD") }
    let found = try MethodFinder.method(named: method)
    return [
      LoadPlan.Entry(
        method: found.method, weight: 1, requests: try request.messages(for: found))
    ]
  }

  /// Methods that ask for no login can be called without one.
  private func token(in context: CommandContext, for server: ServerAddress) throws -> String? {
    do {
      return try context.token(for: server)
    } catch CommandFailure.notLoggedIn {
      return nil
    }
  }

  private func run(
    _ plan: LoadPlan, _ server: ServerAddress, _ context: CommandContext
  ) async throws -> LoadRun.Result {
    let line = context.statusLine()
    defer { line.finish() }
    let progress = LoadProgress(
      bar: context.progressBar, columns: context.system.terminal.columns,
      totalSeconds: plan.total / .seconds(1), connections: plan.connections)
    let now = context.system.now
    let run = LoadRun(
      plan: plan, address: server.address, tls: try context.tlsFiles(for: server)?.configuration,
      connector: context.system.connector,
      serverPID: results.serverPid ?? ServerMonitor.pid(listeningAt: server.address),
      interruption: context.system.interruption,
      show: { state in line.show(progress.line(state), at: now()) })
    return try await run.run()
  }

  /// Turns what a script must know into the exit code.
  static func check(_ report: LoadReport, _ result: LoadRun.Result) throws {
    if report.wasInterrupted { throw CommandFailure.interrupted("interrupted") }
    let failures = result.findings.collector.total.failures
    if report.calls.succeeded == 0, failures.count == 1, let (code, failure) = failures.first {
      throw CommandFailure.server(Status(code, failure.example))
    }
    guard report.calls.failed == 0 else {
      let count = NumberFormat.grouped(Double(report.calls.failed))
      throw CommandFailure.someItemsFailed("\(count) of \(report.calls.measured) calls failed")
    }
    if let loop = report.openLoop, !loop.isKept {
      throw CommandFailure.someItemsFailed(
        "the rate was not kept: \(loop.neverSent) of \(loop.scheduled) calls were never sent")
    }
  }
}

/// Runs the command line `diyml-load ARGUMENTS` and tells its exit code.
package func runLoadCommandLine(_ arguments: [String], on system: System) async -> Int32 {
  // Roots instead of subcommands: so the common command needs no name, and has its own help.
  let rest = Array(arguments.dropFirst())
  switch arguments.first {
  case "compare": return await runCommandLine(CompareCommand.self, rest, on: system)
  case "target": return await runCommandLine(TargetCommand.self, rest, on: system)
  default: return await runCommandLine(LoadCommand.self, arguments, on: system)
  }
}
