import CTLS
import Foundation
import RPCCore
import SeededRandom
import TestSupport
import Testing

@testable import RPCTLS

/// Names read from certificates that openssl has made, and from what is left of them when damaged.
@Suite(.timeLimit(.minutes(3)))
struct CertificateNamesTests {
  private let folder: TemporaryFolder
  private let authority: TestAuthority

  init() async throws {
    folder = try TemporaryFolder()
    authority = try await TestAuthority("ours", in: folder.path)
  }

  private func names(_ files: TLSCertificateFiles) throws -> PeerCertificate? {
    PeerCertificate(try TLSFile(role: "certificate", path: files.chain).certificates()[0])
  }

  /// The certificate of `files` in DER form.
  private func der(_ files: TLSCertificateFiles) throws -> [UInt8] {
    let certificate = try TLSFile(role: "certificate", path: files.chain).certificates()[0]
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = i2d_X509(certificate.pointer, &bytes)
    defer { CRYPTO_free(bytes, "", 0) }
    return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
  }

  private func names(inDER bytes: [UInt8]) -> PeerCertificate? {
    bytes.withUnsafeBufferPointer {
      var next = $0.baseAddress
      return d2i_X509(nil, &next, $0.count).flatMap { PeerCertificate(X509Certificate(owning: $0)) }
    }
  }

  @Test(
    arguments: [
      ("/CN=ada", "ada"), ("/O=Home/CN=a/CN=b", "b"), ("/O=Home", nil),
      ("/CN=Ада Лавлейс", "Ада Лавлейс"),
    ] as [(String, String?)])
  func `the common name is the subject's last`(subject: String, name: String?) async throws {
    let files = try await authority.issue("one", subject: subject, names: "DNS:a")
    let names = try #require(try names(files))
    #expect(names.commonName == name)
    #expect(names.alternativeNames == [.dns("a")])
  }

  @Test
  func `alternative names come in order, and other kinds are left out`() async throws {
    let files = try await authority.issue(
      "one", names: "IP:::1,RID:1.2.3,DNS:*.example.org,URI:spiffe://a/b,email:a@b.c,IP:1.2.3.4")
    let names = try #require(try names(files))
    let loopback = [UInt8](repeating: 0, count: 15) + [1]
    #expect(
      names.alternativeNames == [
        .ip(loopback), .dns("*.example.org"), .uri("spiffe://a/b"), .email("a@b.c"),
        .ip([1, 2, 3, 4]),
      ])
  }

  @Test
  func `a certificate that is cut short has no names`() async throws {
    let bytes = try der(try await authority.issue("one"))
    #expect(names(inDER: bytes) != nil)
    for count in bytes.indices {
      #expect(names(inDER: Array(bytes.prefix(count))) == nil, "\(count) bytes")
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `damaged certificates are read or refused, and nothing else`(seed: UInt64) async throws {
    let whole = try der(try await authority.issue("one"))
    var random = SeededGenerator(seed: seed)
    var refused = 0
    for _ in 0..<500 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      if names(inDER: bytes) == nil { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test(
    arguments: [
      [0x30], [0x30, 0x01], [0x1F, 0x81, 0x01, 0x00], [0x30, 0x80, 0x00, 0x00],
      [0x04, 0x81, 0x7F] + Array(repeating: 1, count: 127),
      [0x04, 0x82, 0x00, 0x80] + Array(repeating: 1, count: 128),
      [0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00], [0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
      [0x04, 0x82, 0x01],
    ] as [[UInt8]])
  func `what is not DER is refused`(bytes: [UInt8]) {
    #expect(names(inDER: bytes) == nil)
  }
}
