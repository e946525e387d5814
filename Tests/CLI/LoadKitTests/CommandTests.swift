import API
import Codec
import CommandLineKit
import Foundation
import RPCCore
import TestSupport
import Testing

@testable import LoadKit

extension `Load` {
  @Suite struct `The command line of diyml-load` {
    @Test func `prints what people want to know`() async throws {
      let outcome = try await Stage().run(
        "Auth/UserExists", "--calls", "20", "--duration", "60", "--streams", "2")
      #expect(outcome.exit == .success)
      for text in [
        "diyml.v1.Auth/UserExists", "20 succeeded", "p99.99",
        "closed loop, 1 connection x 2 streams",
      ] {
        #expect(outcome.output.contains(text), "\(outcome.output)")
      }
    }

    @Test func `prints, saves and reads the same report`() async throws {
      let stage = try Stage()
      let outcome = await stage.run(
        "Auth/UserExists", "--calls", "20", "--duration", "60", "--json", "--save",
        stage.path("a.json"))
      #expect(outcome.exit == .success && outcome.complaints.isEmpty)
      let saved = try String(contentsOfFile: stage.path("a.json"), encoding: .utf8)
      #expect(saved == outcome.output)
      let report = try ReportFile.report(at: stage.path("a.json"))
      #expect(report.calls.succeeded == 20)
      #expect(try ResultJSON.document(report) + "\n" == saved)
    }

    @Test func `compares what it saved, and draws it`() async throws {
      let stage = try Stage()
      for (name, pace) in [("a", ["--calls", "20"]), ("b", ["--rate", "20", "--warm-up", "0"])] {
        let arguments = ["Auth/UserExists", "--duration", "2"] + pace
        let files = ["--save", stage.path(name + ".json"), "--plot", stage.path(name + ".svg")]
        let outcome = await stage.run(arguments + files)
        // On a machine with much else to do even 20 calls a second may be too many.
        #expect(outcome.exit == .success || outcome.exit == .someItemsFailed, "\(outcome)")
      }
      let outcome = await stage.run(
        "compare", stage.path("a.json"), stage.path("b.json"), "--plot", stage.path("both.svg"))
      #expect(outcome.exit == .success)
      #expect(outcome.output.contains("throughput (calls/s)"))
      for name in ["a", "b", "both"] {
        let svg = try String(contentsOfFile: stage.path(name + ".svg"), encoding: .utf8)
        #expect(svg.hasPrefix("<svg ") && svg.contains("Latency by percentile"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))
      }
    }

    @Test(arguments: [
      [], ["Auth"], ["Auth/Nothing"], ["Auth/UserExists", "--rate", "0"],
      ["Auth/UserExists", "--connections", "0"], ["Auth/UserExists", "--connections", "10001"],
      ["Auth/UserExists", "--streams", "10001"],
      ["Auth/UserExists", "--connections", "1000", "--streams", "101"],
      ["Auth/UserExists", "--duration", "0.09"], ["Auth/UserExists", "--duration", "86401"],
      ["Auth/UserExists", "--warm-up", "3601"], ["Auth/UserExists", "--calls", "0"],
      ["Auth/UserExists", "--timeout", "0"], ["Auth/UserExists", "--messages", "2"],
      ["Data/PutImages", "--messages", "0"], ["compare", "a.json"],
    ])
    func `refuses what makes no sense`(arguments: [String]) async throws {
      let outcome = try await Stage().run(arguments)
      #expect(outcome.exit == .usage, "\(outcome)")
      #expect(outcome.output.isEmpty)
    }

    @Test func `names methods alike`() async throws {
      let outcome = try await Stage().run("Data/UserExists")
      #expect(outcome.complaints.contains("there is diyml.v1.Auth/UserExists"))
    }

    @Test(arguments: [
      ("UserExists", false), ("Auth/UserExists", true), ("v1.Auth/UserExists", true),
    ])
    func `finds a method by the end of its path`(name: String, isFound: Bool) throws {
      #expect(((try? MethodFinder.method(named: name)) != nil) == isFound)
    }

    @Test(arguments: [(StatusCode.notFound, CommandExit.notFound), (.unauthenticated, .denied)])
    func `ends with the code of a failure that all calls share`(
      code: StatusCode, exit: CommandExit
    ) async throws {
      var stage = try Stage()
      stage.connector = LoopbackConnector(routes: [
        .unary(AuthMethods.userExists) { (_: UserExistsRequest, _) -> UserExistsResponse in
          throw Status(code, "never")
        }
      ])
      let outcome = await stage.run("Auth/UserExists", "--calls", "3", "--duration", "60")
      #expect(outcome.exit == exit)
      #expect(outcome.output.contains("3 \(code): never"))
    }

    @Test func `says with its exit code that a rate was not kept`() async throws {
      var stage = try Stage()
      stage.connector = LoopbackConnector(routes: [
        .unary(AuthMethods.userExists) { (_: UserExistsRequest, _) in
          try await Task.sleep(for: .milliseconds(50))
          return UserExistsResponse()
        }
      ])
      let outcome = await stage.run(
        "Auth/UserExists", "--rate", "1000", "--duration", "0.3", "--warm-up", "0")
      #expect(outcome.exit == .someItemsFailed)
      #expect(outcome.output.contains("never sent") && outcome.output.contains("warning: the rate"))
    }

    @Test func `ends without a server as diyml does`() async throws {
      var stage = try Stage()
      stage.connector = NoServer()
      let outcome = await stage.run("Auth/UserExists")
      #expect(outcome.exit == .unavailable)
    }

    @Test func `prints the results so far on Ctrl-C`() async throws {
      var stage = try Stage()
      let (answered, continuation) = AsyncStream.makeStream(of: Void.self)
      stage.connector = LoopbackConnector(routes: [
        .unary(AuthMethods.userExists) { (_: UserExistsRequest, _) in
          continuation.yield()
          return UserExistsResponse()
        }
      ])
      stage.interruption = {
        for await _ in answered.prefix(10) {}
      }
      let outcome = await stage.run("Auth/UserExists", "--duration", "60", "--warm-up", "0")
      #expect(outcome.exit == .interrupted)
      #expect(outcome.output.contains("succeeded") && outcome.output.contains("so far"))
    }

    @Test func `sends the token, if there is one`() async throws {
      var stage = try Stage()
      stage.environment["DIYML_TOKEN"] = "secret"
      stage.connector = LoopbackConnector(routes: [
        .unary(AuthMethods.userExists) { (_: UserExistsRequest, context) in
          guard context.metadata["authorization"] == "Bearer secret" else {
            throw Status(.unauthenticated, "no token")
          }
          return UserExistsResponse()
        }
      ])
      #expect(
        await stage.run("Auth/UserExists", "--calls", "2", "--duration", "60").exit == .success)
      stage.environment = [:]
      #expect(
        await stage.run("Auth/UserExists", "--calls", "2", "--duration", "60").exit == .denied)
    }

    @Test func `sends the bytes of a file`() async throws {
      var stage = try Stage()
      let request = UserExistsRequest(user: "ada")
      try Data(try request.serialized()).write(to: URL(fileURLWithPath: stage.path("ada.bin")))
      stage.connector = LoopbackConnector(routes: [
        .unary(AuthMethods.userExists) { (request: UserExistsRequest, _) in
          guard request.user == "ada" else { throw Status(.notFound, request.user) }
          return UserExistsResponse()
        }
      ])
      let outcome = await stage.run(
        "Auth/UserExists", "--calls", "2", "--duration", "60", "--request-bytes",
        stage.path("ada.bin"))
      #expect(outcome.exit == .success)
      let missing = await stage.run("Auth/UserExists", "--request-bytes", stage.path("none"))
      #expect(missing.exit == .local)
    }

    @Test func `runs a mix, and shows each method`() async throws {
      let stage = try Stage()
      let mix =
        "[{\"method\": \"Auth/UserExists\", \"weight\": 3}, {\"method\": \"Auth/WhoAmI\"}]"
      try Data(mix.utf8).write(to: URL(fileURLWithPath: stage.path("mix.json")))
      let outcome = await stage.run(
        "--mix", stage.path("mix.json"), "--calls", "40", "--duration", "60")
      #expect(outcome.exit == .success, "\(outcome)")
      #expect(outcome.output.contains("diyml.v1.Auth/WhoAmI"))
      let both = await stage.run("Auth/WhoAmI", "--mix", stage.path("mix.json"))
      #expect(both.exit == .usage)
    }

    @Test func `sends the request that is given as JSON`() async throws {
      var stage = try Stage()
      stage.connector = LoopbackConnector(routes: [
        .unary(AuthMethods.userExists) { (request: UserExistsRequest, _) in
          guard request.user == "ada" else { throw Status(.notFound, request.user) }
          return UserExistsResponse()
        }
      ])
      let outcome = await stage.run(
        "Auth/UserExists", "--calls", "2", "--duration", "60", "--request", "{\"user\": \"ada\"}")
      #expect(outcome.exit == .success)
    }

    @Test(arguments: ["{}", "{\"format\": \"other/1\"}", "no JSON", ""])
    func `refuses to compare what it did not save`(text: String) async throws {
      let stage = try Stage()
      try Data(text.utf8).write(to: URL(fileURLWithPath: stage.path("a.json")))
      let outcome = await stage.run("compare", stage.path("a.json"), stage.path("a.json"))
      #expect(outcome.exit == .local)
    }
  }
}
