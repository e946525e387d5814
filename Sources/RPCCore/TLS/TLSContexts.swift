import Glibc
package import NIOCore
package import RPCCore
import Synchronization

/// The name by which the wire is agreed on in a TLS handshake (ALPN).
let protocolName = "diyml-rpc/1"

/// A server's certificate, in use until another takes its place.
package final class ServerTLS: Sendable {
  private let configuration: TLSServerConfiguration
  private let shutdownTimeout: Duration
  private let context: Mutex<TLSContext>

  /// Reads the files.
  ///
  /// - Throws: if one is missing or wrong, the certificate is not valid today, or the key is not its.
  package init(
    _ configuration: TLSServerConfiguration, shutdownTimeout: Duration
  ) throws(TLSConfigurationError) {
    self.configuration = configuration
    self.shutdownTimeout = shutdownTimeout
    context = Mutex(try Self.context(configuration))
  }

  /// Reads the files again, for connections from now on.
  ///
  /// - Throws: as `init` does; then everything stays as it was.
  package func reload() throws(TLSConfigurationError) {
    let new = try Self.context(configuration)
    context.withLock { $0 = new }
  }

  /// Puts TLS before what will be added to the channel; on its event loop.
  ///
  /// `identified` hears there who the client is, before the first byte of it.
  package func secure(
    _ channel: any Channel, identified: @escaping (PeerIdentity) -> Void
  ) throws {
    let session = try TLSSession(accepting: context.withLock { $0 })
    try channel.pipeline.syncOperations.addHandler(
      TLSHandler(session, role: .server(identified), closeTimeout: shutdownTimeout))
  }

  private static func context(
    _ configuration: TLSServerConfiguration
  ) throws(TLSConfigurationError) -> TLSContext {
    let certificate = try TLSCertificate(configuration.certificate, at: time(nil))
    var authorities: [X509Certificate] = []
    if let path = configuration.clientAuthorities {
      authorities = try TLSFile(role: "client authorities", path: path).certificates()
    }
    return try TLSContext(
      .server(clientAuthorities: authorities), certificate: certificate,
      configuration.versionMin)
  }
}

/// What a client trusts and shows.
package struct ClientTLS: Sendable {
  private let context: TLSContext
  private let serverName: String?
  private let trusted: String
  private let handshakeTimeout: Duration
  private let shutdownTimeout: Duration

  /// Reads the files.
  ///
  /// - Throws: if one is missing or wrong, the certificate is not valid today, or the key is not its.
  package init(
    _ configuration: TLSClientConfiguration, handshakeTimeout: Duration, shutdownTimeout: Duration
  ) throws(TLSConfigurationError) {
    self.handshakeTimeout = handshakeTimeout
    self.shutdownTimeout = shutdownTimeout
    trusted = configuration.authorities ?? "the system"
    var authorities: [X509Certificate]?
    if let path = configuration.authorities {
      authorities = try TLSFile(role: "authorities", path: path).certificates()
    }
    var certificate: TLSCertificate?
    if let files = configuration.certificate {
      certificate = try TLSCertificate(files, at: time(nil))
    }
    if let name = configuration.serverName, Self.isNumeric(name) || name.isEmpty {
      throw TLSConfigurationError("server name '\(name)': want the name of a host")
    }
    serverName = configuration.serverName
    context = try TLSContext(
      .client(authorities: authorities), certificate: certificate, configuration.versionMin)
  }

  /// Puts TLS before what will be added to the channel; on its event loop.
  package func secure(_ channel: any Channel, to host: String) throws {
    let host = serverName ?? host
    let session = try TLSSession(
      connecting: context, to: host, isName: !Self.isNumeric(host))
    let client = TLSHandler.Client(host: host, trusted: trusted, timeout: handshakeTimeout)
    try channel.pipeline.syncOperations.addHandler(
      TLSHandler(session, role: .client(client), closeTimeout: shutdownTimeout))
  }

  private static func isNumeric(_ host: String) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
  }
}

extension TLSContext {
  fileprivate convenience init(
    _ side: Side, certificate: TLSCertificate?, _ versionMin: TLSVersion
  ) throws(TLSConfigurationError) {
    do {
      try self.init(side, certificate: certificate, versionMin: versionMin)
    } catch {
      throw TLSConfigurationError("the TLS library refuses the files: \(error)")
    }
  }
}
