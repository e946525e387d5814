import Foundation
import NIOCore
import RPCCore
import SeededRandom
import TestSupport
import Testing

@testable import RPCTLS

/// Two sides of TLS joined without a network, and one side with what is not TLS.
@Suite(.timeLimit(.minutes(3)))
struct TLSSessionTests {
  private let folder: TemporaryFolder
  private let authority: TestAuthority

  init() async throws {
    folder = try TemporaryFolder()
    authority = try await TestAuthority("ours", in: folder.path)
  }

  private func sides(
    names: String = "DNS:localhost", host: String = "localhost", isName: Bool = true
  ) async throws -> (client: TLSSession, server: TLSSession) {
    let files = try await authority.issue("server", names: names)
    let server = try TLSContext(
      .server(clientAuthorities: []), certificate: try TLSCertificate(files, at: time(nil)),
      versionMin: .tls12)
    let trusted = try TLSFile(role: "authorities", path: authority.certificate).certificates()
    let client = try TLSContext(
      .client(authorities: trusted), certificate: nil, versionMin: .tls12)
    return (
      try TLSSession(connecting: client, to: host, isName: isName),
      try TLSSession(accepting: server)
    )
  }

  /// Carries bytes between the two until both have shaken hands.
  private func shake(_ client: TLSSession, _ server: TLSSession) throws {
    var isClientDone = false
    var isServerDone = false
    for _ in 0..<10 where !(isClientDone && isServerDone) {
      if !isClientDone { isClientDone = try client.shake() }
      if let bytes = client.takeOutput() { server.receive(bytes) }
      if !isServerDone { isServerDone = try server.shake() }
      if let bytes = server.takeOutput() { client.receive(bytes) }
    }
    try #require(isClientDone && isServerDone)
    #expect(client.isOurProtocol && server.isOurProtocol)
  }

  @Test(arguments: [
    ("example.org", "example.org", true), ("example.org", "EXAMPLE.org.", true),
    ("a.example.org", "example.org", false), ("example.org", "a.example.org", false),
    ("*.example.org", "a.example.org", true), ("*.example.org", "example.org", false),
    ("*.example.org", "a.b.example.org", false), ("*.org", "example.org", false),
    ("a*.example.org", "ab.example.org", false), ("*", "localhost", false),
  ])
  func `a name stands for itself, and a star for one label`(
    name: String, host: String, isMatch: Bool
  ) async throws {
    let (client, server) = try await sides(names: "DNS:\(name)", host: host)
    if isMatch {
      try shake(client, server)
    } else {
      #expect(throws: OpenSSLError.self) { try shake(client, server) }
      #expect(client.isForAnotherHost)
    }
  }

  @Test(arguments: [
    ("IP:127.0.0.1", "127.0.0.1", true), ("IP:127.0.0.1", "127.0.0.2", false),
    ("IP:::1", "0:0::1", true), ("DNS:127.0.0.1", "127.0.0.1", false),
  ])
  func `an address is looked for among addresses`(
    names: String, host: String, isMatch: Bool
  ) async throws {
    let (client, server) = try await sides(names: names, host: host, isName: false)
    if isMatch {
      try shake(client, server)
    } else {
      #expect(throws: OpenSSLError.self) { try shake(client, server) }
      #expect(client.isForAnotherHost)
    }
  }

  @Test func `a dot at the start of a host is not taken for any name below`() async throws {
    await #expect(throws: TLSConfigurationError.self) {
      _ = try await sides(names: "DNS:*.example.org", host: ".example.org")
    }
  }

  @Test func `a common name alone stands for no host`() async throws {
    let files = try await authority.issue("server", subject: "/CN=localhost", names: "DNS:other")
    let context = try TLSContext(
      .server(clientAuthorities: []), certificate: try TLSCertificate(files, at: time(nil)),
      versionMin: .tls12)
    let (client, _) = try await sides()
    #expect(throws: OpenSSLError.self) { try shake(client, try TLSSession(accepting: context)) }
    #expect(client.isForAnotherHost)
  }

  @Test(arguments: [0, 1, (16 << 10) - 1, 16 << 10, (16 << 10) + 1, 300_000])
  func `bytes come out as they went in, and every byte on the wire counts`(
    count: Int
  ) async throws {
    let (client, server) = try await sides()
    try shake(client, server)
    let plain = ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    try client.write(plain)
    client.finish()
    var wire = try #require(client.takeOutput())
    var read = ByteBuffer()
    var ending: TLSSession.Reading.Ending?
    // In odd pieces, as a network may deliver them.
    while let piece = wire.readSlice(length: min(wire.readableBytes, 1_471)),
      piece.readableBytes > 0
    {
      #expect(ending == nil)
      server.receive(piece)
      let reading = server.read()
      if var bytes = reading.bytes { read.writeBuffer(&bytes) }
      ending = reading.ending
    }
    #expect(read == plain)
    guard case .closed = ending else {
      Issue.record("the end: \(String(describing: ending))")
      return
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `damaged bytes end a connection and hand out nothing false`(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let (client, server) = try await sides()
    try shake(client, server)
    let plain = ByteBuffer(repeating: 0x5A, count: 1_000)
    try client.write(plain)
    var wire = try #require(client.takeOutput())
    let place = Int.random(in: 0..<wire.readableBytes, using: &random)
    let byte = try #require(wire.getInteger(at: place, as: UInt8.self))
    wire.setInteger(byte ^ UInt8.random(in: 1...255, using: &random), at: place)
    server.receive(wire)
    let reading = server.read()
    #expect(reading.bytes == nil)
    // A record that now claims to be longer waits for its end.
    if place != 3, place != 4 {
      guard case .failed = reading.ending else {
        Issue.record("byte \(place): \(String(describing: reading.ending))")
        return
      }
    }
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `what is not a handshake is refused, or waits for more`(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let (client, server) = try await sides()
    #expect(try client.shake() == false)
    var hello = try #require(client.takeOutput())
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      hello.setInteger(
        UInt8.random(in: 0...255, using: &random),
        at: Int.random(in: 0..<hello.readableBytes, using: &random))
    }
    server.receive(hello)
    do {
      #expect(try server.shake() == false)
    } catch {
      #expect(!error.description.isEmpty)
    }
    #expect(server.read().bytes == nil)
  }
}
