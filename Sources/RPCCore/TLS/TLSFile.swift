import Glibc
import NIOSSL
import RPCCore

/// One PEM file of a TLS configuration.
struct TLSFile {
  /// What the file is for, as errors name it: `certificate`, `key`, `client authorities`.
  let role: String
  let path: String

  /// More than any chain or bundle of authorities has.
  static let bytesMax = 4 << 20

  /// The certificates in the file; at least one.
  func certificates() throws(TLSConfigurationError) -> [NIOSSLCertificate] {
    let bytes = try contents()
    do {
      let certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
      if !certificates.isEmpty { return certificates }
    } catch {
      // Said below, as for a file with nothing in it.
    }
    throw error("the file holds no certificate in PEM form")
  }

  /// The private key in the file.
  func key() throws(TLSConfigurationError) -> NIOSSLPrivateKey {
    let bytes = try contents()
    do {
      return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
    } catch {
      throw self.error("the file holds no private key in PEM form, or an encrypted one")
    }
  }

  /// An error that names the file.
  func error(_ reason: String) -> TLSConfigurationError {
    TLSConfigurationError("\(role) \(path): \(reason)")
  }

  private func contents() throws(TLSConfigurationError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemError() }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &part, part.count)
      if count == 0 { return bytes }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw systemError() }
      bytes += part[..<count]
      guard bytes.count <= Self.bytesMax else {
        throw error("more than \(Self.bytesMax) bytes")
      }
    }
  }

  private func systemError() -> TLSConfigurationError { error(String(cString: strerror(errno))) }
}

/// A certificate with its key, read and found to fit each other.
struct TLSCertificate {
  let chain: [NIOSSLCertificate]
  let key: NIOSSLPrivateKey

  /// Reads both files.
  ///
  /// - Throws: also if the certificate is not valid at `now`, in seconds since 1970.
  init(_ files: TLSCertificateFiles, at now: Int) throws(TLSConfigurationError) {
    let chainFile = TLSFile(role: "certificate", path: files.chain)
    let keyFile = TLSFile(role: "key", path: files.key)
    chain = try chainFile.certificates()
    key = try keyFile.key()
    if let fault = chain[0].validityFault(at: now) { throw chainFile.error(fault) }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: [.certificate(chain[0])], privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    do {
      _ = try NIOSSLContext(configuration: configuration)
    } catch {
      throw keyFile.error("the key is not that of certificate \(files.chain)")
    }
  }
}

extension NIOSSLCertificate {
  /// What is wrong with the certificate's days at `now`, in seconds since 1970.
  func validityFault(at now: Int) -> String? {
    if now > notValidAfter { return "expired on \(Self.date(notValidAfter))" }
    if now < notValidBefore { return "not valid before \(Self.date(notValidBefore))" }
    return nil
  }

  private static func date(_ seconds: time_t) -> String {
    var seconds = seconds
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return String(unsafeUninitializedCapacity: 32) { text in
      text.withMemoryRebound(to: CChar.self) {
        strftime($0.baseAddress, $0.count, "%Y-%m-%d %H:%M UTC", &parts)
      }
    }
  }
}
