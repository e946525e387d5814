import API
import Foundation
import RPCClient
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  /// The server's and the command line's programs over TLS.
  @Suite(.serialized, .timeLimit(.minutes(3))) struct TLSDaemonTests {
    private let folder: TemporaryFolder
    private let authority: TestAuthority

    init() async throws {
      folder = try TemporaryFolder()
      authority = try await TestAuthority("ours", in: folder.path)
    }

    private func arguments(_ files: TLSCertificateFiles) -> [String] {
      [
        "--data", folder.path + "/data", "--listen", "127.0.0.1:0", "--weights", TestData.weights,
        "--tls-cert", files.chain, "--tls-key", files.key,
      ]
    }

    /// Gives `body` a running server and its address as `diyml --server` takes it.
    private func serving<R: Sendable>(
      _ arguments: [String], _ body: (ProgramProcess, String) async throws -> R
    ) async throws -> R {
      try await ProgramProcess.with(TestData.program("diymld"), arguments) { process in
        let line = try await within(Daemon.patience, "the start of diymld") {
          await process.line(with: "listening on ")
        }
        let word = try #require(line?.split(separator: " ").last, "\(process.output)")
        return try await body(process, String(word))
      }
    }

    /// Runs a command with a token that no server knows.
    private func diyml(
      _ server: String, trusting authority: TestAuthority
    ) async throws -> (ProgramProcess.Ending?, String) {
      try await ProgramProcess.with(
        TestData.program("diyml"),
        ["project", "list", "--server", server, "--tls-ca", authority.certificate],
        environment: ["XDG_CONFIG_HOME": folder.path, "DIYML_TOKEN": "unknown"]
      ) { process in
        let ending = try await within(Daemon.patience, "a command") { await process.ending() }
        // What it wrote last may be read only after its end.
        try await eventually(within: Daemon.patience, "the reason") {
          process.output.contains("error:") && process.output.hasSuffix("\n")
        }
        return (ending, process.output)
      }
    }

    @Test func `a command trusts the authority it is told of, and says whom it does not`()
      async throws
    {
      let other = try await TestAuthority("other", in: folder.path)
      let options = arguments(try await authority.issue("server"))
      try await serving(options) { _, server in
        #expect(server.hasPrefix("tls:127.0.0.1:"))
        let trusting = try await diyml(server, trusting: authority)
        #expect(trusting.0 == .exited(4))
        #expect(trusting.1.contains("UNAUTHENTICATED"), "\(trusting.1)")
        let doubting = try await diyml(server, trusting: other)
        #expect(doubting.0 == .exited(5))
        #expect(doubting.1.contains("not signed by an authority that"), "\(doubting.1)")
      }
    }

    @Test func `SIGHUP takes a new certificate and keeps the old one for a broken one`()
      async throws
    {
      let files = try await authority.issue("server")
      let other = try await TestAuthority("other", in: folder.path)
      let replacement = try await other.issue("replacement")
      try await serving(arguments(files)) { process, server in
        let address = try #require(Address(String(server.dropFirst("tls:".count))))
        func call(trusting authority: TestAuthority) async throws {
          let tls = TLSClientConfiguration(authorities: authority.certificate)
          try await withClient(to: address, tls: tls) { client in
            _ = try await AuthClient(client).userExists(UserExistsRequest(user: "ada"))
          }
        }
        try await call(trusting: authority)
        try Data("broken".utf8).write(to: URL(filePath: files.chain))
        process.signal(SIGHUP)
        let kept = try await within(Daemon.patience, "a reload") {
          await process.line(with: "the TLS files stay as they were read before")
        }
        #expect(kept?.contains("certificate \(files.chain)") == true)
        try await call(trusting: authority)
        for (new, old) in [(replacement.chain, files.chain), (replacement.key, files.key)] {
          try Data(contentsOf: URL(filePath: new)).write(to: URL(filePath: old))
        }
        process.signal(SIGHUP)
        _ = try await within(Daemon.patience, "a reload") {
          await process.line(with: "read the TLS files again")
        }
        try await call(trusting: other)
        await #expect(throws: Status.self) { try await call(trusting: authority) }
        process.signal(SIGTERM)
        let ending = try await within(Daemon.patience, "the end") { await process.ending() }
        #expect(ending == .exited(0))
      }
    }

    @Test func `a key of another certificate ends the start with a word on it`() async throws {
      var files = try await authority.issue("server")
      files.key = try await authority.issue("other").key
      try await ProgramProcess.with(TestData.program("diymld"), arguments(files)) { process in
        let ending = try await within(Daemon.patience, "the end") { await process.ending() }
        #expect(ending == .exited(1))
        // What it wrote last may be read only after its end.
        try await eventually(within: Daemon.patience, "the reason") {
          process.output.contains("key \(files.key): the key is not that of certificate")
        }
      }
    }
  }
}
