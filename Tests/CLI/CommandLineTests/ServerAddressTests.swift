import Foundation
import RPCCore
import TestSupport
import Testing

@testable import CommandLineKit

@Suite struct `A server's address` {
  @Test(arguments: [
    ("127.0.0.1:7001", false), ("tls:127.0.0.1:7001", true), ("tls:[::1]:7001", true),
    ("tls:example.org:1", true), ("unix:/run/diyml.sock", false),
  ])
  func `is written as it was read`(text: String, hasTLS: Bool) throws {
    let address = try #require(ServerAddress(text))
    #expect(address.description == text)
    #expect(address.hasTLS == hasTLS)
  }

  @Test(arguments: ["", "tls:", "tls:7001", "tls:unix:/run/a", "tls:tls:a:1", "TLS:a:1"])
  func `is refused in any other form`(text: String) {
    #expect(ServerAddress(text) == nil)
  }

  @Test func `keeps what came over TLS from plain text`() throws {
    var profile = Profile()
    let secure = try #require(ServerAddress("tls:a:1"))
    let plain = try #require(ServerAddress("a:1"))
    profile.remember(.init(user: "ada", token: "secret"), at: secure)
    #expect(profile.login(at: secure)?.token == "secret")
    #expect(profile.login(at: plain) == nil)
  }
}

@Suite struct `The files of TLS` {
  private let server = "tls:a:1"

  @Test func `are remembered with a login, until others are named`() async throws {
    var world = try World()
    world.secrets = ["correct horse", "correct horse"]
    let created = await world.run(
      "account", "create", "ada", "--server", server, "--tls-ca", "/ca.pem", "--tls-cert",
      "/me.pem", "--tls-key", "/me.key")
    #expect(created.exit == .success, "\(created.complaints)")
    #expect(await world.run("account", "whoami").exit == .success)
    #expect(await world.run("account", "whoami", "--tls-ca", "other").exit == .success)
    let remembered = TLSClientConfiguration(
      authorities: "/ca.pem",
      certificate: TLSCertificateFiles(chain: "/me.pem", key: "/me.key"))
    let here = FileManager.default.currentDirectoryPath
    let other = TLSClientConfiguration(authorities: here + "/other")
    #expect(world.asked.withLock { $0 } == [remembered, remembered, other])
  }

  @Test func `are the system's without any, and none without TLS`() async throws {
    var world = try World()
    for server in [server, "a:1"] {
      world.secrets = ["correct horse", "correct horse"]
      _ = await world.run("account", "create", "ada", "--server", server)
    }
    #expect(world.asked.withLock { $0 } == [TLSClientConfiguration(), nil])
  }

  @Test(arguments: [
    ["--tls-cert", "a"], ["--tls-key", "a"], ["--server", "a:1", "--tls-ca", "a"],
  ])
  func `are refused where they mean nothing`(options: [String]) async throws {
    var world = try World()
    world.secrets = ["correct horse"]
    let outcome = await world.run(["account", "login", "ada"] + options)
    #expect(outcome.exit == .usage, "\(outcome.complaints)")
    #expect(outcome.complaints.contains("--tls-"))
    #expect(world.asked.withLock { $0.isEmpty })
  }
}
