import CTLS
import Glibc
import RPCCore

/// One PEM file of a TLS configuration.
struct TLSFile {
  /// What the file is for, as errors name it: `certificate`, `key`, `client authorities`.
  let role: String
  let path: String

  /// More than any chain or bundle of authorities has.
  static let bytesMax = 4 << 20

  /// The certificates in the file; at least one.
  func certificates() throws(TLSConfigurationError) -> [X509Certificate] {
    var certificates: [X509Certificate] = []
    let isWhole = try Self.withMemory(contents()) { memory in
      while let next = PEM_read_bio_X509(memory, nil, nil, nil) {
        certificates.append(X509Certificate(owning: next))
      }
      // What is left when no other certificate begins; all else is a damaged one.
      return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
    }
    if isWhole, !certificates.isEmpty { return certificates }
    throw error("the file holds no certificate in PEM form")
  }

  /// The private key in the file.
  func key() throws(TLSConfigurationError) -> PrivateKey {
    let key = try Self.withMemory(contents()) { memory in
      // Without this OpenSSL would ask the terminal for the password of an encrypted key.
      PEM_read_bio_PrivateKey(memory, nil, { _, _, _, _ in -1 }, nil)
    }
    if let key { return PrivateKey(owning: key) }
    throw error("the file holds no private key in PEM form, or an encrypted one")
  }

  /// Lends OpenSSL bytes to read from.
  private static func withMemory<Result>(
    _ bytes: [UInt8], _ body: (OpaquePointer?) -> Result
  ) -> Result {
    bytes.withUnsafeBytes {
      let memory = BIO_new_mem_buf($0.baseAddress, Int32($0.count))
      defer {
        BIO_free(memory)
        ERR_clear_error()
      }
      return body(memory)
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
  let chain: [X509Certificate]
  let key: PrivateKey

  /// Reads both files.
  ///
  /// - Throws: also if the certificate is not valid at `now`, in seconds since 1970.
  init(_ files: TLSCertificateFiles, at now: Int) throws(TLSConfigurationError) {
    let chainFile = TLSFile(role: "certificate", path: files.chain)
    let keyFile = TLSFile(role: "key", path: files.key)
    chain = try chainFile.certificates()
    key = try keyFile.key()
    if let fault = chain[0].validityFault(at: now) { throw chainFile.error(fault) }
    guard X509_check_private_key(chain[0].pointer, key.pointer) == 1 else {
      ERR_clear_error()
      throw keyFile.error("the key is not that of certificate \(files.chain)")
    }
  }
}
