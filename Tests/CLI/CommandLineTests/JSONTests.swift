import API
import Foundation
import RPCServices
import TestSupport
import Testing

@testable import CommandLineKit

@Suite struct `JSON for programs` {
  private func world() async throws -> World {
    let world = try await World().loggedIn()
    _ = await world.run("project", "create", "pets")
    for name in ["1", "2", "3"] { try world.folder.write("photos/cat/\(name).jpg", name) }
    _ = await world.run("data", "upload", "pets", world.folder.path + "/photos")
    return world
  }

  private static let commands: [(command: [String], call: [String])] = [
    (["project", "show", "pets"], ["Data/GetProject", #"{"project": "pets"}"#]),
    (["classes", "show", "pets"], ["Data/GetClasses", #"{"project": "pets"}"#]),
    (["data", "analyze", "pets"], ["Data/AnalyzeProject", #"{"project": "pets"}"#]),
    (["account", "whoami"], ["Auth/WhoAmI"]), (["token", "list"], ["Auth/ListTokens"]),
    (
      ["account", "login", "ada", "--password-stdin"],
      [
        "Auth/Login", #"{"user": "ada", "password": "correct horse"}"#,
      ]
    ),
    (["train", "list", "pets"], ["Training/ListTrainings", #"{"project": "pets"}"#]),
    (["train", "show", "pets"], ["Training/GetTraining", #"{"training": "ada/pets@1"}"#]),
    (["models", "search"], ["Publishing/SearchPublished"]),
    (["models", "show", "ada/pets"], ["Publishing/GetModel", #"{"model": "ada/pets"}"#]),
    (["health"], ["Health/Check"]),
  ]

  @Test(arguments: commands)
  func `is what a call prints`(command: [String], call: [String]) async throws {
    var world = try await world()
    world.input = ["correct horse"]
    world.backend.state.withLock { state in
      state.job = TrainingJob(training: "ada/pets@1", state: .running, imageCount: 3)
      state.model = Model(
        model: "ada/pets@1", metrics: ModelMetrics(accuracy: 0.5))
    }
    let printed = await world.run(command + ["--json"])
    #expect(printed.exit == .success && printed.complaints.isEmpty, "\(printed)")
    #expect(printed.output == (await world.run(["call"] + call)).output)
  }

  @Test func `of a list has all pages, and says where it was cut`() async throws {
    let world = try await world()
    func list(_ limit: String) async throws -> (names: [String?], next: String?) {
      let output = await world.run("data", "list", "pets", "--limit", limit, "--json").output
      let answer = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
      let points = answer?["images"] as? [[String: Any]] ?? []
      return (points.map { $0["fileName"] as? String }, answer?["nextPageToken"] as? String)
    }
    let all = try await list("0")
    #expect(all.names == ["1.jpg", "2.jpg", "3.jpg"] && all.next == nil)
    let cut = try await list("2")
    #expect(cut.names == ["1.jpg", "2.jpg"] && cut.next == "2")
  }

  @Test func `has a line for each of several answers`() async throws {
    let world = try await world()
    let ids = world.backend.state.withLock { $0.points.map(\.id) }
    let relabeled = await world.run(
      ["data", "relabel", "pets"] + ids.prefix(2) + ["--label", "dog", "--json"])
    let lines = relabeled.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.contains(#""annotation":{"className":"dog"}"#) })
    let deleted = await world.run(["data", "delete", "pets", "--yes", "--json"] + ids.prefix(2))
    #expect(deleted.output == "{}\n{}\n")
  }

  @Test func `shows the secret of a token that is made, and of no login`() async throws {
    let world = try await world()
    let made = await world.run("token", "create", "camera", "--scope", "infer", "--json")
    #expect(made.output.contains(#""secret":"new-secret""#) && made.complaints.isEmpty)
    var other = try World()
    other.input = ["correct horse"]
    let login = await other.run("account", "create", "ada", "--password-stdin", "--json")
    #expect(login.output.contains(#""secret":"[REDACTED]""#))
  }

  @Test func `of an error is its status with a hint`() async throws {
    let world = try await world()
    #expect(
      await world.run("health", "no", "--json")
        == CommandOutcome(
          exit: .notFound, output: "",
          complaints: """
            {"code":5,"message":"no service \\"no\\"","details":[{"resource":{"kind":"service",\
            "name":"no"}}],"hint":"diyml describe lists the services"}

            """))
    #expect(
      await world.run("call", "Health/Check", #"{"service": "no"}"#, "--json").complaints
        == """
        {"code":5,"message":"no service \\"no\\"","details":[{"resource":{"kind":"service",\
        "name":"no"}}]}

        """)
    #expect(
      await (try World()).run("project", "list", "--json").complaints == """
        {"code":16,"message":"not logged in at 127.0.0.1:7001",\
        "hint":"diyml account login USER, or set DIYML_TOKEN"}

        """)
  }

  @Test(arguments: [
    (["project", "list", "--nonsense", "--json"], "Unknown option '--nonsense'"),
    (["data", "list", "--json"], "Missing expected argument '<project>'"),
    (["models", "search", "--json", "--limit", "0"], "--limit is 0; it may be 1 to 1000."),
    (
      ["data", "show", "pets", "zz11", "--json"], "image id 'zz11': want 4 to 64 hexadecimal digits"
    ),
  ])
  func `of wrong arguments is an error as well`(arguments: [String], words: String) async throws {
    let outcome = await (try await world()).run(arguments)
    #expect(outcome.exit == .usage && outcome.output.isEmpty)
    let lines = outcome.complaints.split(separator: "\n")
    let error =
      try JSONSerialization.jsonObject(with: Data(outcome.complaints.utf8)) as? [String: Any]
    #expect(lines.count == 1 && error?["code"] as? Int == 3, "\(outcome)")
    #expect(error?["message"] as? String == words && error?["hint"] as? String == "see --help")
  }

  @Test func `is for programs only where it is asked for before the end of options`() async throws {
    let outcome = await (try World()).run("data", "list", "pets", "--", "--json")
    #expect(outcome.exit == .usage && outcome.complaints.hasPrefix("Error: "))
  }
}
