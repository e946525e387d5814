import Foundation
import FoundationNetworking
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  /// What the command line's program learns of the server's.
  @Suite(.serialized, .timeLimit(.minutes(3))) struct InspectionDaemonTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Gives `body` a running server with its lines of addresses, over TCP and a Unix socket.
    private func serving<R: Sendable>(
      _ body: (ProgramProcess, _ tcp: String, _ unix: String) async throws -> R
    ) async throws -> R {
      let unix = "unix:" + folder.path + "/s"
      let arguments = [
        "--data", folder.path + "/data", "--listen", "127.0.0.1:0", "--listen", unix,
        "--metrics", "127.0.0.1:0", "--weights", TestData.weights,
      ]
      return try await ProgramProcess.with(TestData.program("diymld"), arguments) { process in
        let line = try await within(Daemon.patience, "the start of diymld") {
          await process.line(with: "listening on 127")
        }
        let word = try #require(line?.split(separator: " ").last, "\(process.output)")
        return try await body(process, String(word), unix)
      }
    }

    /// Runs a command, and gives how it ended and all that it printed.
    private func diyml(_ arguments: String...) async throws -> (ProgramProcess.Ending?, String) {
      try await ProgramProcess.with(
        TestData.program("diyml"), arguments, environment: ["XDG_CONFIG_HOME": folder.path]
      ) { process in
        let ending = try await within(Daemon.patience, "a command") { await process.ending() }
        // What it wrote last may be read only after its end.
        try await eventually(within: Daemon.patience, "its output") {
          process.output.hasSuffix("\n")
        }
        return (ending, process.output)
      }
    }

    @Test func `health, descriptions, calls and connections reach a real server`() async throws {
      try await serving { process, tcp, unix in
        let health = try await diyml("health", "--server", tcp)
        #expect(health.0 == .exited(0))
        #expect(health.1 == "SERVING\n")
        let described = try await diyml("describe", "Auth", "--server", tcp)
        #expect(described.1.contains("rpc Login(LoginRequest) returns (IssuedToken);"))
        let made = try await diyml(
          "call", "Auth/CreateAccount", #"{"user": "ada", "password": "correct horse"}"#,
          "--server", tcp)
        #expect(made.0 == .exited(0), "\(made.1)")
        #expect(made.1.contains(#""secret":"[REDACTED]""#))
        let refused = try await diyml(
          "call", "Auth/WhoAmI", "-H", "x-request-id=mine", "--server", tcp)
        #expect(refused.0 == .exited(4))
        #expect(refused.1.contains("request: mine\n"))
        #expect(try await diyml("debug", "connections", "--server", tcp).0 == .exited(4))
        let connections = try await diyml("debug", "connections", "--ping", "--server", unix)
        #expect(connections.0 == .exited(0), "\(connections.1)")
        #expect(connections.1.contains("Inspection/ListConnections"))
        #expect(connections.1.contains("process "))
        try await eventually(within: Daemon.patience, "the address of the metrics") {
          process.output.contains("metrics at http://127.0.0.1:")
        }
        let address = try #require(
          process.output.firstMatch(of: /http:\/\/127.0.0.1:\d+\/metrics/)?.output)
        let url = try #require(URL(string: String(address)))
        var text = ""
        try await eventually(within: Daemon.patience, "an engine that is ready") {
          text = String(decoding: try await URLSession.shared.data(from: url).0, as: UTF8.self)
          return text.contains("diyml_inference_engines 1\n")
        }
        for line in [
          #"diyml_rpc_calls_total{method="diyml.v1.Auth/CreateAccount",code="OK"} 1"#,
          #"diyml_trainings{state="queued"} 0"#, #"diyml_trainings{state="succeeded"} 0"#,
          "diyml_inferences_waiting 0", "diyml_inference_engines_lost_total 0",
        ] {
          #expect(text.contains(line + "\n"), "\(line) in \(text)")
        }
        let engine = try #require(ProcessTable.children(of: process.id).first)
        ProcessTable.killNow(engine)
        try await eventually(within: Daemon.patience, "the engine in the metrics") {
          text = String(decoding: try await URLSession.shared.data(from: url).0, as: UTF8.self)
          return text.contains("diyml_inference_engines_lost_total 1\n")
        }
      }
    }
  }
}
