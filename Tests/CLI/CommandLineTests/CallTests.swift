import API
import Foundation
import RPCCore
import TestSupport
import Testing

@testable import CommandLineKit

@Suite(.timeLimit(.minutes(1))) struct `Generic calls` {
  @Test(arguments: ["Auth/UserExists", "diyml.v1.Auth/UserExists"])
  func `make a unary call without a login, and print its answer as a line`(
    method: String
  ) async throws {
    let world = try World()
    world.backend.state.withLock { $0.passwords["ada"] = "x" }
    #expect(
      await world.run("call", method, #"{"user": "ada"}"#)
        == CommandOutcome(exit: .success, output: "{\"exists\":true}\n", complaints: ""))
    #expect(await world.run("call", method).output == "{}\n")
  }

  @Test func `send the token of the login, and other metadata`() async throws {
    let world = try await World().loggedIn()
    #expect(await world.run("call", "Auth/WhoAmI").exit == .success)
    var stranger = try World()
    let refused = await stranger.run("call", "Auth/WhoAmI")
    #expect(refused.exit == .denied)
    #expect(refused.complaints.contains("unknown token [UNAUTHENTICATED]"))
    stranger.environment["DIYML_TOKEN"] = FakeBackend.secret
    #expect(await stranger.run("call", "Auth/WhoAmI").exit == .success)
    stranger.environment = [:]
    let header = "authorization=Bearer \(FakeBackend.secret)"
    #expect(await stranger.run("call", "Auth/WhoAmI", "-H", header).exit == .success)
  }

  @Test func `mask secrets unless they are asked for`() async throws {
    let world = try World()
    let request = #"{"user": "ada", "password": "correct horse"}"#
    let masked = await world.run("call", "Auth/CreateAccount", request)
    #expect(masked.output.contains(#""secret":"[REDACTED]""#))
    #expect(!masked.output.contains(FakeBackend.secret))
    let shown = await world.run("call", "Auth/Login", request, "--show-secrets")
    #expect(shown.output.contains(#""secret":"s3cret""#))
  }

  @Test func `do not repeat a secret that is wrong`() async throws {
    let world = try World()
    let outcome = await world.run("call", "Auth/Login", #"{"user": "ada", "password": 12345}"#)
    #expect(outcome.exit == .usage)
    #expect(outcome.complaints.contains("password"))
    #expect(!outcome.complaints.contains("12345"))
  }

  @Test func `print the responses of a stream as they come`() async throws {
    let world = try await World().loggedIn()
    world.backend.state.withLock { state in
      state.events = [TrainingEvent(sequence: 1), TrainingEvent(sequence: 2)]
    }
    let outcome = await world.run("call", "Training/WatchTraining", #"{"training": "pets@1"}"#)
    #expect(outcome.output == "{\"sequence\":1}\n{\"sequence\":2}\n", "\(outcome)")
  }

  @Test func `stream requests from arguments, a file and standard input, in order`() async throws {
    var world = try await World().loggedIn()
    _ = await world.run("project", "create", "pets")
    let file = try world.folder.write("begin.json", #"{"begin": {"sizeBytes": "3"}}"#)
    world.input = [#"{"chunk": "AAE="} {"chunk":"#, #""Ag=="}"#]
    let outcome = await world.run(
      "call", "Data/PutImages", #"{"start": {"project": "pets"}}"#, "@\(file)", "-")
    #expect(outcome.exit == .success, "\(outcome)")
    #expect(world.backend.state.withLock { $0.contents.values.first } == [0, 1, 2])
  }

  @Test func `stream both ways`() async throws {
    var world = try await World().loggedIn()
    world.backend.state.withLock { $0.model = API.Model() }
    world.input = [#"{"id": "1", "request": {}}"#, #"{"id": "2", "request": {}}"#]
    let outcome = await world.run("call", "Inference/InferStream", "-")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 2, "\(outcome)")
    #expect(lines.first?.contains(#""id":"2""#) == true)
  }

  @Test func `end when the server does, though more requests could come`() async throws {
    let gate = LineReader { nil }
    #expect(try await gate.next() == nil)
    var world = try await World().loggedIn()
    // No model: the call fails at once, whatever follows.
    world.input = [#"{"id": "1"}"#]
    let outcome = await world.run("call", "Inference/InferStream", "-")
    #expect(outcome.exit == .notFound, "\(outcome)")
  }

  @Test func `show the details of an error`() async throws {
    let world = try World()
    let outcome = await world.run("call", "Health/Check", #"{"service": "no"}"#)
    #expect(outcome.exit == .notFound)
    #expect(
      outcome.complaints.hasPrefix("detail: service no\nerror: no service \"no\" [NOT_FOUND]"))
  }

  @Test(arguments: [
    (["Auth"], "is not SERVICE/METHOD"), (["Auth/Nothing"], "it has UserExists"),
    (["Nothing/Login"], "there is diyml.rpc.v1.Health"),
    (["Auth/UserExists", "{}", "{}"], "takes one request; 2 are given"),
    (["Auth/UserExists", "[]"], "'{' is wanted, not '['"),
    (["Auth/UserExists", "{"], "a request ends before its last '}'"),
    (["Auth/UserExists", #"{"usr": 1}"#], "usr"),
    (["Auth/UserExists", "-H", "novalue"], "is not KEY=VALUE"),
    (["Auth/UserExists", "-H", "x-bin=***"], "not base64"),
    (["Auth/UserExists", "--timeout", "0"], "it may be over 0"),
  ])
  func `say what is wrong with the arguments`(arguments: [String], complaint: String) async throws {
    let outcome = try await World().run(["call"] + arguments)
    #expect(outcome.exit == .usage, "\(outcome)")
    #expect(outcome.complaints.contains(complaint), "\(outcome)")
  }

  @Test func `say that the server must have reflection`() async throws {
    var world = try World()
    world.services = nil
    let outcome = await world.run("call", "Auth/UserExists")
    #expect(outcome.exit == .serverFault)
    #expect(outcome.complaints.contains("offers no reflection"))
  }
}

@Suite struct `Splitting requests` {
  @Test(arguments: 1...8)
  func `gives the same objects wherever the text is cut`(size: Int) throws {
    let text = Array(#" {"a":"}\"{"} {"b":[{"c":{}}]}{}"#.utf8)
    var splitter = JSONSplitter()
    var objects: [[UInt8]] = []
    for start in stride(from: 0, to: text.count, by: size) {
      objects += try splitter.append(text[start..<min(start + size, text.count)])
    }
    try splitter.finish()
    #expect(
      objects.map { String(decoding: $0, as: UTF8.self) }
        == [#"{"a":"}\"{"}"#, #"{"b":[{"c":{}}]}"#, "{}"])
  }

  @Test(arguments: [("1", true), ("null", true), ("}", true), ("{} ,", true), ("{}\n\t\r ", false)])
  func `takes objects and space only`(text: String, isRefused: Bool) throws {
    var splitter = JSONSplitter()
    var refused = false
    do { _ = try splitter.append(text.utf8) } catch is CommandFailure { refused = true }
    #expect(refused == isRefused)
  }
}
