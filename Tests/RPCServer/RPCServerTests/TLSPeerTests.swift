import Foundation
import Glibc
import RPCClient
import RPCCore
@testable import RPCServer
import TestSupport
import Testing

/// Who is at the other end, and peers that do not speak as they should.
@Suite(.timeLimit(.minutes(3)))
struct TLSPeerTests {
  typealias Item = Echo.Item
  private static let whoIsIt = MethodDescriptor(service: "test.Peer", name: "Who", kind: .unary)

  private let folder: TemporaryFolder
  private let authority: TestAuthority

  init() async throws {
    folder = try TemporaryFolder()
    authority = try await TestAuthority("ours", in: folder.path)
  }

  /// Says who calls.
  private static let routes: [Route] = [
    .unary(whoIsIt) { (_: Item, context) in
      Item(key: context.identity.map { "\($0)" } ?? "nobody")
    }
  ]

  private func server(
    clientAuthorities: String? = nil, limits: Limits = Limits(), log: Log = Log()
  ) async throws -> Server {
    let files = try await authority.issue("server")
    return Server(
      routes: Self.routes, limits: limits, logger: log.logger,
      tls: TLSServerConfiguration(certificate: files, clientAuthorities: clientAuthorities))
  }

  private func who(at address: Address, _ files: TLSCertificateFiles?) async throws -> String {
    let tls = TLSClientConfiguration(authorities: authority.certificate, certificate: files)
    return try await withClient(to: address, tls: tls, logger: .silent) { client in
      let item: Item = try await client.unary(Self.whoIsIt, Item())
      return item.key
    }
  }

  // MARK: Mutual TLS

  @Test
  func `a handler sees the names of a client's certificate, and only of a verified one`()
    async throws
  {
    let names = "DNS:ada.example,IP:10.0.0.7,email:ada@example.org,URI:spiffe://home/ada"
    let ada = try await authority.issue("ada", subject: "/O=Home/CN=Ada Lovelace é", names: names)
    let expected = PeerIdentity.certificate(
      PeerCertificate(
        commonName: "Ada Lovelace é",
        alternativeNames: [
          .dns("ada.example"), .ip([10, 0, 0, 7]), .email("ada@example.org"),
          .uri("spiffe://home/ada"),
        ]))
    try await withServer(
      try await server(clientAuthorities: authority.certificate), on: TLSTests.any
    ) { address in
      let seen = try await who(at: address, ada)
      #expect(seen == "\(expected)")
    }
    try await withServer(try await server(), on: TLSTests.any) { address in
      for files in [ada, nil] {
        let seen = try await who(at: address, files)
        #expect(seen == "nobody")
      }
    }
  }

  @Test(arguments: 0..<5)
  func `a client without a certificate is told that it needs one`(attempt: Int) async throws {
    let log = Log()
    let server = try await server(clientAuthorities: authority.certificate, log: log)
    try await withServer(server, on: TLSTests.any) { address in
      let status = await #expect(throws: Status.self) { _ = try await who(at: address, nil) }
      #expect(status?.code == .unavailable)
      let message = "asks for a certificate, and none was shown"
      #expect(status?.message.contains(message) == true, "\(status?.message ?? "")")
    }
    #expect(log.text.contains("the client showed no certificate"), "\(log.text)")
  }

  @Test(arguments: [true, false])
  func `a client whose certificate is foreign or expired is turned away`(
    isForeign: Bool
  ) async throws {
    let other = try await TestAuthority(
      "other", in: folder.path, validity: isForeign ? .now : .past)
    let files = try await other.issue("client")
    let log = Log()
    let server = try await server(
      clientAuthorities: isForeign ? authority.certificate : other.certificate, log: log)
    try await withServer(server, on: TLSTests.any) { address in
      let status = await #expect(throws: Status.self) { _ = try await who(at: address, files) }
      #expect(status?.code == .unavailable)
      let message = isForeign ? "does not trust the authority of our" : "finds our certificate"
      #expect(status?.message.contains(message) == true, "\(status?.message ?? "")")
    }
    #expect(log.text.contains("the client's certificate"), "\(log.text)")
  }

  // MARK: Unix sockets

  @Test(arguments: [UnixPeers.any, .sameUser])
  func `a handler sees the process at a Unix socket`(peers: UnixPeers) async throws {
    let server = Server(routes: Self.routes, logger: .silent, unixPeers: peers)
    let path = folder.path + "/s"
    try await withServer(server, on: .unix(path: path)) { address in
      try await withClient(to: address, logger: .silent) { client in
        let item: Item = try await client.unary(Self.whoIsIt, Item())
        let expected = PeerIdentity.process(
          PeerProcess(process: getpid(), user: getuid(), group: getgid()))
        #expect(item.key == "\(expected)")
      }
    }
  }

  @Test
  func `another user's process, or one unknown, is refused where only our own may call`() {
    let own = PeerProcess(process: 1, user: geteuid(), group: 0)
    let other = PeerProcess(process: 1, user: geteuid() + 1, group: 0)
    #expect(UnixPeers.sameUser.refusal(of: own) == nil)
    #expect(UnixPeers.sameUser.refusal(of: other)?.description.contains("process 1") == true)
    #expect(UnixPeers.sameUser.refusal(of: nil) != nil)
    #expect(UnixPeers.any.refusal(of: other) == nil)
    #expect(UnixPeers.any.refusal(of: nil) == nil)
  }

  // MARK: Peers that speak otherwise

  @Test
  func `plain text at a port with TLS, and TLS at one without, are told apart`() async throws {
    let log = Log()
    try await withServer(try await server(log: log), on: TLSTests.any) { address in
      let status = await #expect(throws: Status.self) {
        try await withClient(to: address, logger: .silent) { client in
          let _: Item = try await client.unary(Self.whoIsIt, Item())
        }
      }
      #expect(status?.code == .unavailable)
      #expect(status?.message.contains("speaks TLS") == true, "\(status?.message ?? "")")
    }
    #expect(log.text.contains("the other side does not speak TLS"), "\(log.text)")
    let plain = Server(routes: Self.routes, logger: .silent)
    try await withServer(plain, on: TLSTests.any) { address in
      let status = await #expect(throws: Status.self) { _ = try await who(at: address, nil) }
      #expect(status?.code == .unavailable)
      #expect(
        status?.message.contains("may not speak TLS there") == true, "\(status?.message ?? "")")
    }
  }

  @Test(arguments: [true, false])
  func `another implementation of TLS agrees, or is told apart by its protocol`(
    namesProtocol: Bool
  ) async throws {
    let log = Log()
    try await withServer(try await server(log: log), on: TLSTests.any) { address in
      let arguments = [
        "s_client", "-connect", "\(address)", "-CAfile", authority.certificate,
        "-verify_return_error", "-verify_hostname", "localhost",
      ]
      let output = try await ProgramProcess.with(
        "/usr/bin/openssl", arguments + (namesProtocol ? ["-alpn", "diyml-rpc/1"] : [])
      ) { process in
        _ = await process.ending()
        // What it wrote last may be read only after its end.
        try await eventually(within: .seconds(20), "what was agreed") {
          process.output.contains("ALPN") && process.output.hasSuffix("\n")
        }
        return process.output
      }
      #expect(output.contains("Verification: OK"), "\(output)")
      #expect(output.contains("ALPN protocol: diyml-rpc/1") == namesProtocol, "\(output)")
    }
    #expect(log.text.contains("speaks TLS, but not diyml-rpc/1") == !namesProtocol, "\(log.text)")
  }

  @Test(arguments: [0, 1, 5, 60])
  func `a handshake that stalls is closed when the time for hello is over`(
    count: Int
  ) async throws {
    var limits = Limits()
    // Long enough for a busy machine to send what is sent before the stall.
    limits.helloTimeout = .seconds(1)
    limits.closeTimeout = .milliseconds(100)
    try await withServer(try await server(limits: limits), on: TLSTests.any) { address in
      let socket = try RawSocket(address)
      socket.send(Array(Self.clientHello.prefix(count)))
      // Nothing but what TLS itself says may come before the end.
      #expect(try await socket.readToEnd().count < 100)
    }
  }

  @Test
  func `a server that never answers the handshake is given up in time`() async throws {
    var limits = Limits()
    limits.helloTimeout = .seconds(5)  // On a busy machine connecting alone takes a while.
    let listener = try SilentListener()
    let tls = TLSClientConfiguration(authorities: authority.certificate)
    try await withClient(
      to: listener.address, tls: tls, limits: limits, logger: .silent
    ) { client in
      let status = await #expect(throws: Status.self) {
        let _: Item = try await client.unary(Self.whoIsIt, Item())
      }
      #expect(status?.code == .unavailable)
      #expect(status?.isUnprocessed == true)
      #expect(
        status?.message.contains("no handshake within") == true, "\(status?.message ?? "")")
    }
  }

  @Test
  func `connections in their handshake count, and one too many gets none`() async throws {
    var limits = Limits()
    limits.connectionsPerAddressMax = 2
    limits.closeTimeout = .milliseconds(100)
    try await withServer(try await server(limits: limits), on: TLSTests.any) { address in
      let tls = TLSClientConfiguration(authorities: authority.certificate)
      try await withClient(to: address, tls: tls, logger: .silent) { first in
        try await first.connect()
        // A client may be accepted before the socket that connected first; then it is their next try.
        var stalled: [RawSocket] = []
        var refusal: Status?
        try await eventually(within: .seconds(30), "a refusal") {
          stalled.append(try RawSocket(address))
          do {
            try await withClient(to: address, tls: tls, logger: .silent) { try await $0.connect() }
          } catch let status as Status {
            refusal = status
          }
          return refusal != nil
        }
        #expect(refusal?.code == .unavailable)
        #expect(
          refusal?.message.contains("too many connections") == true, "\(refusal?.message ?? "")")
        let _: Item = try await first.unary(Self.whoIsIt, Item())
      }
    }
  }

  /// How a client's first message begins: a record of 512 bytes that does not come to its end.
  private static let clientHello: [UInt8] =
    [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03]
    + Array(repeating: 0x2A, count: 64)
}
