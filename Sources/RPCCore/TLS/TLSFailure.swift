import NIOSSL

/// Why a connection over TLS was not made, or broke.
struct TLSFailure: Error, CustomStringConvertible {
  let description: String

  init(_ reason: String) { description = "TLS: \(reason)" }

  /// The other side has left during the handshake, without a word.
  init(leavingBy role: HandshakeGate.Role) {
    switch role {
    case .server:
      self.init("the client left during the handshake")
    case .client:
      self.init(
        "the server closed the connection during the handshake: it may not speak TLS there, or have"
          + " too many connections")
    }
  }

  /// Says an error of the TLS library in words.
  ///
  /// - Parameters:
  ///   - error: what the library says.
  ///   - certificate: what the other side showed, if it came to that.
  ///   - role: which side this is.
  ///   - now: in seconds since 1970.
  init(
    _ error: any Error, certificate: NIOSSLCertificate?, role: HandshakeGate.Role, now: Int
  ) {
    let text = "\(error)"
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      self.init(Self.distrust(of: certificate, role, now))
    } else if text.contains("failedToValidateHostname") || text.contains("in certificate from peer")
    {
      self.init("the server's certificate is not for \(Self.host(role))")
    } else if let reason = Self.reasons.first(where: { text.contains($0.sign) })?.reason {
      self.init(reason)
    } else if text.contains("EOF during handshake") {
      self.init(leavingBy: role)
    } else {
      self.init(text)
    }
  }

  /// What stands in the library's errors, and what it means; the first that fits.
  private static let reasons: [(sign: String, reason: String)] = [
    ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "the client showed no certificate"),
    ("CERTIFICATE_REQUIRED", "the other side asks for a certificate, and none was shown"),
    ("ALERT_UNKNOWN_CA", "the other side does not trust the authority of our certificate"),
    ("ALERT_CERTIFICATE_EXPIRED", "the other side finds our certificate expired"),
    ("ALERT_CERTIFICATE_UNKNOWN", "the other side refuses our certificate"),
    ("ALERT_BAD_CERTIFICATE", "the other side refuses our certificate"),
    ("ALERT_UNSUPPORTED_CERTIFICATE", "our certificate is not meant for this use"),
    ("ALERT_NO_APPLICATION_PROTOCOL", "the other side does not speak \(protocolName)"),
    ("ALERT_PROTOCOL_VERSION", "the two sides have no version of TLS in common"),
    ("UNSUPPORTED_PROTOCOL", "the two sides have no version of TLS in common"),
    ("ALERT_HANDSHAKE_FAILURE", "the other side has no way to agree with ours"),
    ("HTTP_REQUEST", "the other side speaks HTTP, not TLS"),
    ("WRONG_VERSION_NUMBER", "the other side does not speak TLS"),
    ("uncleanShutdown", "the other side closed without a word"),
  ]

  private static func distrust(
    of certificate: NIOSSLCertificate?, _ role: HandshakeGate.Role, _ now: Int
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

  private static func host(_ role: HandshakeGate.Role) -> String {
    switch role {
    case .server: "this server"
    case .client(let client): client.host
    }
  }

}
