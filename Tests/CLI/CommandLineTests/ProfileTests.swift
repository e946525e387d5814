import Foundation
import RPCCore
import TestSupport
import Testing

@testable import CommandLineKit

@Suite struct `The profile` {
  private let folder: TemporaryFolder
  private var file: ProfileFile { ProfileFile(path: folder.path + "/diyml/profile.json") }

  init() throws { folder = try TemporaryFolder() }

  private func profile() -> Profile {
    var profile = Profile()
    profile.remember(.init(user: "ada", token: "secret"), at: .standard)
    return profile
  }

  @Test func `comes back as it was written, for its owner only`() throws {
    try file.write(profile())
    #expect(try file.read() == profile())
    #expect(try folder.mode("diyml/profile.json") == 0o600)
    #expect(try folder.mode("diyml") == 0o700)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/diyml")
        == ["profile.json"])
  }

  @Test func `replaces the one before`() throws {
    try file.write(profile())
    try file.write(Profile(server: "a:1"))
    #expect(try file.read() == Profile(server: "a:1"))
  }

  @Test func `is empty where there is none`() throws {
    #expect(try file.read() == Profile())
  }

  @Test(arguments: [
    (0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false), (0o601, false),
  ])
  func `is refused when others may use it`(mode: Int, isAccepted: Bool) throws {
    try file.write(profile())
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    if isAccepted {
      #expect(try file.read() == profile())
    } else {
      let failure = #expect(throws: CommandFailure.self) { try file.read() }
      #expect(failure?.explanation.message.contains("has mode \(String(mode, radix: 8))") == true)
      #expect(failure?.explanation.hint == "chmod 600 \(file.path)")
    }
  }

  @Test func `is refused when it is damaged`() throws {
    try file.write(profile())
    try Data("{\"logins\": 3}".utf8).write(to: URL(fileURLWithPath: file.path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    #expect(throws: CommandFailure.self) { try file.read() }
  }

  @Test(arguments: [
    (["XDG_CONFIG_HOME": "/x"], "/x/diyml/profile.json"),
    ([:], "/home/a/.config/diyml/profile.json"),
    (["XDG_CONFIG_HOME": "relative"], "/home/a/.config/diyml/profile.json"),
  ])
  func `is where such files belong`(environment: [String: String], path: String) {
    #expect(ProfileFile(environment: environment, homeDirectory: "/home/a").path == path)
  }

  @Test func `keeps the token of each server apart`() throws {
    var profile = profile()
    let other = try #require(ServerAddress("unix:/run/diyml.sock"))
    #expect(profile.login(at: other) == nil)
    profile.remember(.init(user: "bob", token: "other"), at: other)
    #expect(profile.server == "unix:/run/diyml.sock")
    #expect(profile.login(at: .standard)?.token == "secret")
    profile.forget(.standard)
    #expect(profile.login(at: .standard) == nil)
    #expect(profile.login(at: other)?.user == "bob")
  }
}
