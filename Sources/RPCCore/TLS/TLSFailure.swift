import CTLS

/// Why a connection over TLS was not made, or broke.
struct TLSFailure: Error, CustomStringConvertible {
  let description: String

  init(_ reason: String) { description = "TLS: \(reason)" }

  /// The other side has left during the handshake, without a word.
  init(leavingBy role: TLSHandler.Role) {
    switch role {
    case .server:
      self.init("the client left during the handshake")
    case .client:
      self.init(
        "the server closed the connection during the handshake: it may not speak TLS there, or have"
          + " too many connections")
    }
  }

  /// The other side speaks TLS, but nothing of ours within it.
  init(otherProtocol name: String) {
    self.init("the other side speaks TLS, but not \(name) within it")
  }

  /// Says an error of OpenSSL in words.
  ///
  /// - Parameters:
  ///   - error: what OpenSSL says.
  ///   - session: where it happened.
  ///   - role: which side this is.
  ///   - now: in seconds since 1970.
  init(_ error: OpenSSLError, of session: TLSSession, role: TLSHandler.Role, now: Int) {
    if error.reasons.contains(SSL_R_CERTIFICATE_VERIFY_FAILED) {
      if session.isForAnotherHost {
        self.init("the server's certificate is not for \(Self.host(role))")
      } else {
        self.init(Self.distrust(of: session.refusedCertificate, role, now))
      }
    } else if error.reasons.contains(SSL_R_NO_APPLICATION_PROTOCOL) {
      self.init(otherProtocol: protocolName)
    } else if let reason = Self.reasons.first(where: { error.reasons.contains($0.sign) })?.reason {
      self.init(reason)
    } else {
      self.init("\(error)")
    }
  }

  /// OpenSSL's reasons, and what they mean; the first that fits.
  private static let reasons: [(sign: Int32, reason: String)] = [
    (SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, "the client showed no certificate"),
    (
      SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
      "the other side asks for a certificate, and none was shown"
    ),
    (
      SSL_R_TLSV1_ALERT_UNKNOWN_CA,
      "the other side does not trust the authority of our certificate"
    ),
    (SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "the other side finds our certificate expired"),
    (SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, "the other side refuses our certificate"),
    (SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "the other side refuses our certificate"),
    (SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, "our certificate is not meant for this use"),
    (SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL, "the other side does not speak \(protocolName)"),
    (SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "the two sides have no version of TLS in common"),
    (SSL_R_UNSUPPORTED_PROTOCOL, "the two sides have no version of TLS in common"),
    (SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "the other side has no way to agree with ours"),
    (SSL_R_HTTP_REQUEST, "the other side speaks HTTP, not TLS"),
    (SSL_R_WRONG_VERSION_NUMBER, "the other side does not speak TLS"),
    (SSL_R_PACKET_LENGTH_TOO_LONG, "the other side does not speak TLS"),
  ]

  private static func distrust(
    of certificate: X509Certificate?, _ role: TLSHandler.Role, _ now: Int
  ) -> String {
    let fault = certificate?.validityFault(at: now)
    return switch role {
    case .server:
      "the client's certificate \(fault ?? "was not signed by a client authority of this server")"
    case .client(let client):
      "the server's certificate "
        + (fault ?? "was not signed by an authority that \(client.trusted) names")
    }
  }

  private static func host(_ role: TLSHandler.Role) -> String {
    switch role {
    case .server: "this server"
    case .client(let client): client.host
    }
  }

}
