/// The oldest version of TLS that one side accepts; the newest that both know is used.
public enum TLSVersion: Sendable, Hashable {
  /// TLS 1.2, which old machines may need.
  case tls12
  /// TLS 1.3.
  case tls13
}

/// A certificate and its private key, as PEM files.
public struct TLSCertificateFiles: Sendable, Hashable {
  /// The path of the certificate, followed in the same file by those between it and its authority.
  public var chain: String
  /// The path of the certificate's private key, which is not encrypted.
  public var key: String

  /// Names the two files; nothing is read yet.
  public init(chain: String, key: String) {
    self.chain = chain
    self.key = key
  }
}

/// How a server speaks TLS on its TCP addresses; Unix sockets stay plain.
public struct TLSServerConfiguration: Sendable, Hashable {
  /// What the server shows to clients.
  public var certificate: TLSCertificateFiles
  /// The path of the PEM file with the authorities of clients' certificates.
  ///
  /// A client without a certificate of theirs is turned away; `nil` asks clients for none.
  public var clientAuthorities: String?
  /// The oldest version that is accepted.
  public var versionMin = TLSVersion.tls12

  /// Asks clients for certificates if `clientAuthorities` is given.
  public init(certificate: TLSCertificateFiles, clientAuthorities: String? = nil) {
    self.certificate = certificate
    self.clientAuthorities = clientAuthorities
  }
}

/// How a client speaks TLS.
public struct TLSClientConfiguration: Sendable, Hashable {
  /// The path of the PEM file with the authorities that may vouch for the server.
  ///
  /// `nil` takes those of the system.
  public var authorities: String?
  /// The name that the server's certificate must carry; `nil` takes the host that is connected to.
  public var serverName: String?
  /// What the client shows to a server that asks.
  public var certificate: TLSCertificateFiles?
  /// The oldest version that is accepted.
  public var versionMin = TLSVersion.tls12

  /// Trusts the system's authorities, or those in the file `authorities`.
  public init(
    authorities: String? = nil, serverName: String? = nil, certificate: TLSCertificateFiles? = nil
  ) {
    self.authorities = authorities
    self.serverName = serverName
    self.certificate = certificate
  }
}

/// Why a TLS configuration cannot be used: names the file and what is wrong with it.
public struct TLSConfigurationError: Error, Hashable, CustomStringConvertible {
  /// `certificate /etc/diyml/cert.pem: no such file`.
  public let description: String

  package init(_ description: String) { self.description = description }
}
