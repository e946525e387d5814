import Codec
import Foundation
import Logging
import RPCClient
import RPCCore
import RPCServer
import Synchronization
import TestSupport
import Testing

/// Calls over TLS, and everything that can be wrong with a certificate.
@Suite(.timeLimit(.minutes(3)))
struct TLSTests {
  typealias Item = Echo.Item
  static let any = Address.tcp(host: "127.0.0.1", port: 0)
  private static let nowhere = ClientConfiguration(addresses: [any])

  let folder: TemporaryFolder
  let authority: TestAuthority

  init() async throws {
    folder = try TemporaryFolder()
    authority = try await TestAuthority("ours", in: folder.path)
  }

  private var trusting: TLSClientConfiguration {
    TLSClientConfiguration(authorities: authority.certificate)
  }

  private func server(
    _ tls: TLSServerConfiguration?, _ limits: Limits = Limits(), _ log: Log = Log()
  ) -> Server {
    Server(routes: Echo.routes, limits: limits, logger: log.logger, tls: tls)
  }

  /// What a call ends with that must fail.
  private func failure(
    at address: Address, _ tls: TLSClientConfiguration?
  ) async throws -> Status? {
    await #expect(throws: Status.self) {
      try await withClient(to: address, tls: tls, logger: .silent) { client in
        let _: Item = try await client.unary(Echo.unary, Item(key: "a"))
      }
    }
  }

  // MARK: Calls

  @Test(arguments: [TLSVersion.tls12, .tls13])
  func `calls of every size come through`(version: TLSVersion) async throws {
    var tls = TLSServerConfiguration(certificate: try await authority.issue("server"))
    tls.versionMin = version
    try await withServer(server(tls), on: Self.any) { address in
      try await withClient(to: address, tls: trusting, logger: .silent) { client in
        for count in [0, 1, 16_384, 600_000] {
          let value = Bytes([UInt8](repeating: 0xA5, count: count))
          let answer: Item = try await client.unary(Echo.unary, Item(key: "a", value: value))
          #expect(answer.value == value)
        }
      }
    }
  }

  @Test
  func `a certificate stands for names and for addresses`() async throws {
    let tls = TLSServerConfiguration(certificate: try await authority.issue("server"))
    try await withServer(server(tls), on: Self.any) { address in
      guard case .tcp(_, let port) = address else { return }
      for host in ["127.0.0.1", "localhost"] {
        try await withClient(
          to: .tcp(host: host, port: port), tls: trusting, logger: .silent
        ) { client in
          let _: Item = try await client.unary(Echo.unary, Item())
        }
      }
      var other = trusting
      other.serverName = "example.org"
      let status = try await failure(at: address, other)
      #expect(status?.code == .unavailable)
      #expect(status?.message.contains("certificate is not for example.org") == true)
    }
  }

  @Test
  func `a drain over TLS loses no call`() async throws {
    let tls = TLSServerConfiguration(certificate: try await authority.issue("server"))
    let server = server(tls)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [Self.any]) }
      let address = try await server.boundAddresses[0]
      let (progress, report) = AsyncStream<Void>.makeStream()
      async let refusals = try await withClient(to: address, tls: trusting, logger: .silent) {
        client in
        try await withThrowingTaskGroup(of: Void.self) { callers in
          for _ in 0..<8 {
            callers.addTask { try await callUntilRefused(client, report) }
          }
          try await callers.waitForAll()
        }
      }
      var iterator = progress.makeAsyncIterator()
      for _ in 0..<50 { await iterator.next() }
      await server.drain(within: .seconds(20))
      try await refusals
      try await group.waitForAll()
    }
  }

  /// Calls until the server says that it took a call no more; any other end fails the test.
  private func callUntilRefused(
    _ client: Client, _ report: AsyncStream<Void>.Continuation
  ) async throws {
    do {
      while true {
        let _: Item = try await client.unary(Echo.unary, Item())
        report.yield()
      }
    } catch let status as Status {
      #expect(status.isUnprocessed, "\(status)")
    }
  }

  // MARK: Certificates of servers

  @Test
  func `a server whose authority is unknown is not trusted`() async throws {
    let other = try await TestAuthority("other", in: folder.path)
    let tls = TLSServerConfiguration(certificate: try await other.issue("server"))
    let log = Log()
    try await withServer(server(tls, Limits(), log), on: Self.any) { address in
      let status = try await failure(at: address, trusting)
      #expect(status?.code == .unavailable)
      #expect(status?.isUnprocessed == true)
      let message = "not signed by an authority that \(authority.certificate) names"
      #expect(status?.message.contains(message) == true, "\(status?.message ?? "")")
      let system = try await failure(at: address, TLSClientConfiguration())
      #expect(system?.message.contains("an authority that the system names") == true)
    }
    #expect(log.text.contains("does not trust the authority of our certificate"), "\(log.text)")
  }

  @Test
  func `an authority that expired vouches for nobody`() async throws {
    let old = try await TestAuthority("old", in: folder.path, validity: .past)
    let tls = TLSServerConfiguration(certificate: try await old.issue("server"))
    try await withServer(server(tls), on: Self.any) { address in
      let status = try await failure(
        at: address, TLSClientConfiguration(authorities: old.certificate))
      #expect(status?.code == .unavailable)
      #expect(status?.message.contains("TLS: the server's certificate") == true)
    }
  }

  @Test(arguments: [
    (TestAuthority.Validity.past, "expired on 2021-01-01 00:00 UTC"),
    (.future, "not valid before 2048-01-01 00:00 UTC"),
  ])
  func `a server does not start with a certificate of another time`(
    validity: TestAuthority.Validity, reason: String
  ) async throws {
    let files = try await authority.issue("server", validity: validity)
    let error = await #expect(throws: TLSConfigurationError.self) {
      try await server(TLSServerConfiguration(certificate: files)).run(on: [Self.any])
    }
    #expect(error?.description == "certificate \(files.chain): \(reason)")
  }

  // MARK: Files

  @Test
  func `a file that is missing or wrong is named, by servers and clients`() async throws {
    let good = try await authority.issue("good")
    let other = try await authority.issue("other")
    let text = folder.path + "/text"
    try Data("no PEM".utf8).write(to: URL(filePath: text))
    let missing = folder.path + "/missing"
    let cases: [(TLSCertificateFiles, String)] = [
      (.init(chain: missing, key: good.key), "certificate \(missing): No such file or directory"),
      (.init(chain: good.chain, key: missing), "key \(missing): No such file or directory"),
      (.init(chain: text, key: good.key), "certificate \(text): the file holds no certificate"),
      (.init(chain: good.chain, key: text), "key \(text): the file holds no private key"),
      (
        .init(chain: good.chain, key: other.key),
        "key \(other.key): the key is not that of certificate \(good.chain)"
      ),
      (.init(chain: folder.path, key: good.key), "certificate \(folder.path): Is a directory"),
    ]
    for (files, message) in cases {
      let start = await #expect(throws: TLSConfigurationError.self) {
        try await server(TLSServerConfiguration(certificate: files)).run(on: [Self.any])
      }
      #expect(start?.description.hasPrefix(message) == true, "\(start?.description ?? "")")
      let client = #expect(throws: TLSConfigurationError.self) {
        try Client(Self.nowhere, tls: TLSClientConfiguration(certificate: files))
      }
      #expect(client?.description.hasPrefix(message) == true, "\(client?.description ?? "")")
    }
    let authorities = #expect(throws: TLSConfigurationError.self) {
      try Client(Self.nowhere, tls: TLSClientConfiguration(authorities: missing))
    }
    #expect(authorities?.description == "authorities \(missing): No such file or directory")
    #expect(throws: TLSConfigurationError.self) {
      try Client(Self.nowhere, tls: TLSClientConfiguration(serverName: "127.0.0.1"))
    }
  }

  @Test(arguments: [(4 << 20, "holds no certificate"), (4 << 20 + 1, "more than 4194304 bytes")])
  func `a file is read up to its limit`(bytes: Int, reason: String) throws {
    let path = folder.path + "/large"
    try Data(count: bytes).write(to: URL(filePath: path))
    let error = #expect(throws: TLSConfigurationError.self) {
      try Client(Self.nowhere, tls: TLSClientConfiguration(authorities: path))
    }
    #expect(error?.description.contains(reason) == true)
  }

  // MARK: Reload

  @Test
  func `a reload changes new connections only, and a broken file changes nothing`() async throws {
    let files = try await authority.issue("server")
    let other = try await TestAuthority("other", in: folder.path)
    let replacement = try await other.issue("replacement")
    let trustingOther = TLSClientConfiguration(authorities: other.certificate)
    let server = server(TLSServerConfiguration(certificate: files))
    try await withServer(server, on: Self.any) { address in
      try await withClient(to: address, tls: trusting, logger: .silent) { first in
        let _: Item = try await first.unary(Echo.unary, Item())

        try Data("broken".utf8).write(to: URL(filePath: files.key))
        #expect(throws: TLSConfigurationError.self) { try server.reloadCertificates() }
        try await withClient(to: address, tls: trusting, logger: .silent) { client in
          let _: Item = try await client.unary(Echo.unary, Item())
        }

        for (new, old) in [(replacement.chain, files.chain), (replacement.key, files.key)] {
          try Data(contentsOf: URL(filePath: new)).write(to: URL(filePath: old))
        }
        try server.reloadCertificates()
        let _: Item = try await first.unary(Echo.unary, Item())
        try await withClient(to: address, tls: trustingOther, logger: .silent) { client in
          let _: Item = try await client.unary(Echo.unary, Item())
        }
        let status = try await failure(at: address, trusting)
        #expect(status?.code == .unavailable)
      }
    }
  }
}

/// What a server logs.
final class Log: Sendable {
  private struct Handler: LogHandler {
    let log: Log
    var logLevel = Logger.Level.trace
    var metadata = Logger.Metadata()

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let metadata = event.metadata.map { "\($0)" } ?? ""
      log.lines.withLock { $0.append("\(event.message) \(metadata)\n") }
    }
  }

  private let lines = Mutex<[String]>([])

  var text: String { lines.withLock { $0.joined() } }

  var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }
}
