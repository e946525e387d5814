import API
import RPCCore
import RPCServices
import TestSupport
import Testing

@testable import CommandLineKit

@Suite(.timeLimit(.minutes(1))) struct `Looking at a server` {
  @Test func `lists every service with its methods`() async throws {
    let outcome = await (try World()).run("describe")
    #expect(outcome.exit == .success)
    #expect(outcome.output.contains("service Auth {\n  rpc UserExists(UserExistsRequest)"))
    #expect(outcome.output.contains("returns (stream TrainingEvent);"))
    #expect(outcome.output.contains("// package diyml.rpc.v1\nservice Reflection {"))
    // It is not a service of this server.
    #expect(!outcome.output.contains("Trainer"))
  }

  @Test(arguments: ["diyml.v1.IssuedToken", "IssuedToken"])
  func `prints a message as its file has it`(symbol: String) async throws {
    #expect(
      await (try World()).run("describe", symbol).output == """
        // package diyml.v1
        message IssuedToken {
          Token token = 1;
          string secret = 2 [debug_redact = true];
        }

        """)
  }

  @Test func `prints types of other files, oneofs and streams`() async throws {
    let world = try World()
    #expect(
      await world.run("describe", "InferStreamResponse").output == """
        // package diyml.v1
        message InferStreamResponse {
          int64 id = 1;
          oneof outcome {
            InferResponse response = 2;
            diyml.rpc.v1.Status failure = 3;
          }
        }

        """)
    let method = await world.run("describe", "Inference/InferStream").output
    #expect(
      method.hasPrefix(
        "rpc InferStream(stream diyml.v1.InferStreamRequest)"
          + " returns (stream diyml.v1.InferStreamResponse);\nmessage InferStreamRequest {"))
    #expect(
      await world.run("describe", "ServingStatus").output.contains(
        "  SERVING_STATUS_NOT_SERVING = 2;\n"))
  }

  @Test func `says when there is no such symbol`() async throws {
    let outcome = await (try World()).run("describe", "Nothing")
    #expect(outcome.exit == .notFound)
    #expect(outcome.complaints.contains("the server has no 'Nothing'"))
  }

  @Test func `tells health by words and exit codes`() async throws {
    var world = try World()
    #expect(
      await world.run("health")
        == CommandOutcome(exit: .success, output: "SERVING\n", complaints: ""))
    let json = await world.run("health", "diyml.v1.Data", "--json").output
    #expect(json == #"{"status":"SERVING_STATUS_SERVING"}"# + "\n")
    world.services = {
      let services = StandardServices(files: [])
      services.health.set(isServing: false, for: "diyml.v1.Data")
      return services
    }
    let sick = await world.run("health", "diyml.v1.Data")
    #expect(sick.exit == .unavailable)
    #expect(sick.output == "NOT_SERVING\n")
    #expect(await world.run("health", "diyml.v1.Nothing").exit == .notFound)
  }

  @Test func `shows connections and calls, as tables and as JSON`() async throws {
    let world = try World()
    let table = await world.run("debug", "connections", "--ping")
    #expect(table.exit == .success, "\(table)")
    #expect(table.output.contains("loopback"))
    #expect(table.output.contains("diyml.rpc.v1.Inspection/ListConnections"))
    let json = await world.run("debug", "connections", "--json").output
    #expect(json.contains("\"state\":\"CONNECTION_STATE_READY\""))
    #expect(json.contains("\"method\":\"diyml.rpc.v1.Inspection/ListConnections\""))
    var guarded = world
    guarded.services = { StandardServices(files: []) }
    let refused = await guarded.run("debug", "connections")
    #expect(refused.exit == .denied)
    #expect(refused.complaints.contains("diymld --listen unix:PATH"))
  }
}
