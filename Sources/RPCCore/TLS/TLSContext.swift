import CTLS
import RPCCore

/// What all connections of one side have in common: OpenSSL's `SSL_CTX`, made once and shared.
final class TLSContext: Sendable {
  enum Side {
    /// `clientAuthorities`: who signs the certificates that clients must show; empty asks for none.
    case server(clientAuthorities: [X509Certificate])
    /// `authorities`: whose word is taken on a server; nil for those the system trusts.
    case client(authorities: [X509Certificate]?)
  }

  nonisolated(unsafe) let pointer: OpaquePointer

  /// - Throws: OpenSSL's reasons, such as a key that it finds too short.
  init(
    _ side: Side, certificate: TLSCertificate?, versionMin: TLSVersion
  ) throws(OpenSSLError) {
    let method =
      switch side {
      case .server: TLS_server_method()
      case .client: TLS_client_method()
      }
    ERR_clear_error()
    guard let pointer = SSL_CTX_new(method) else { throw OpenSSLError() }
    self.pointer = pointer
    let version = versionMin == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
    try check(SSL_CTX_ctrl(pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(version), nil))
    // Of TLS 1.2, what TLS 1.3 would take as well: forward secrecy, authenticated encryption.
    try check(Int(SSL_CTX_set_cipher_list(pointer, "ECDHE+AESGCM:ECDHE+CHACHA20")))
    SSL_CTX_set_options(pointer, tls_options)
    SSL_CTX_set_num_tickets(pointer, 0)
    SSL_CTX_ctrl(pointer, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
    // A connection at rest holds no buffers for records.
    SSL_CTX_ctrl(pointer, SSL_CTRL_MODE, Int(SSL_MODE_RELEASE_BUFFERS), nil)
    if let certificate { try show(certificate) }
    switch side {
    case .server(let authorities):
      SSL_CTX_set_alpn_select_cb(pointer, selectProtocol, nil)
      guard !authorities.isEmpty else { break }
      for authority in authorities {
        try trust(authority)
        try check(Int(SSL_CTX_add_client_CA(pointer, authority.pointer)))
      }
      SSL_CTX_set_verify(
        pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, keepRefusedCertificate)
    case .client(let authorities):
      let names = [UInt8(protocolName.utf8.count)] + Array(protocolName.utf8)
      // The one call of all these that gives 0 for success.
      try check(SSL_CTX_set_alpn_protos(pointer, names, UInt32(names.count)) == 0 ? 1 : 0)
      if let authorities {
        for authority in authorities { try trust(authority) }
      } else {
        try check(Int(SSL_CTX_set_default_verify_paths(pointer)))
      }
      SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, keepRefusedCertificate)
    }
  }

  deinit { SSL_CTX_free(pointer) }

  private func show(_ certificate: TLSCertificate) throws(OpenSSLError) {
    try check(Int(SSL_CTX_use_certificate(pointer, certificate.chain[0].pointer)))
    for link in certificate.chain.dropFirst() {
      // The 1 has the context count its own use of the certificate.
      try check(
        SSL_CTX_ctrl(pointer, SSL_CTRL_CHAIN_CERT, 1, UnsafeMutableRawPointer(link.pointer)))
    }
    try check(Int(SSL_CTX_use_PrivateKey(pointer, certificate.key.pointer)))
  }

  private func trust(_ authority: X509Certificate) throws(OpenSSLError) {
    try check(Int(X509_STORE_add_cert(SSL_CTX_get_cert_store(pointer), authority.pointer)))
  }
}

/// What OpenSSL says of an operation that failed.
struct OpenSSLError: Error, CustomStringConvertible {
  /// The reasons of OpenSSL's part for TLS, `SSL_R_…`, the first cause first.
  let reasons: [Int32]
  let description: String

  /// Takes the errors that the calls of this thread have left.
  init() {
    var reasons: [Int32] = []
    var texts: [String] = []
    while true {
      let code = ERR_get_error()
      guard code != 0 else { break }
      if ERR_GET_LIB(code) == ERR_LIB_SSL { reasons.append(ERR_GET_REASON(code)) }
      texts.append(
        ERR_reason_error_string(code).map { String(cString: $0) } ?? "OpenSSL's error \(code)")
    }
    self.reasons = reasons
    description = texts.isEmpty ? "OpenSSL gives no reason" : texts.joined(separator: ", ")
  }
}

/// Throws what OpenSSL says, unless `result` says that a call succeeded.
private func check(_ result: Int) throws(OpenSSLError) {
  guard result == 1 else { throw OpenSSLError() }
}

/// Agrees to our protocol when the client names it, and ends the handshake when it names others
/// only; the session judges a client that names none.
private func selectProtocol(
  _ ssl: OpaquePointer?, _ selected: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ selectedCount: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?,
  _ offeredCount: UInt32, _: UnsafeMutableRawPointer?
) -> Int32 {
  let offered = UnsafeBufferPointer(start: offered, count: Int(offeredCount))
  var start = offered.startIndex
  while start < offered.endIndex {
    let name = offered[(start + 1)...].prefix(Int(offered[start]))
    if name.elementsEqual(protocolName.utf8) {
      selected?.pointee = UnsafePointer(offered.baseAddress.map { $0 + name.startIndex })
      selectedCount?.pointee = UInt8(name.count)
      return SSL_TLSEXT_ERR_OK
    }
    start = name.endIndex
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL
}

/// Leaves OpenSSL's verdict as it is; keeps the certificate it refuses, which it would forget.
private func keepRefusedCertificate(_ isGood: Int32, _ verification: OpaquePointer?) -> Int32 {
  let place = SSL_get_ex_data_X509_STORE_CTX_idx()
  if isGood == 0, let ssl = X509_STORE_CTX_get_ex_data(verification, place),
    let certificate = X509_STORE_CTX_get0_cert(verification),
    let session = TLSSession.of(OpaquePointer(ssl))
  {
    X509_up_ref(certificate)
    session.refusedCertificate = X509Certificate(owning: certificate)
  }
  return isGood
}
