import Glibc
package import NIOCore
import NIOSSL
package import RPCCore
import Synchronization

/// The name by which the wire is agreed on in a TLS handshake (ALPN).
let protocolName = "diyml-rpc/1"

/// A server's certificate, in use until another takes its place.
package final class ServerTLS: Sendable {
  private let configuration: TLSServerConfiguration
  private let shutdownTimeout: Duration
  private let context: Mutex<NIOSSLContext>

  /// Reads the files.
  ///
  /// - Throws: if one is missing or wrong, the certificate is not valid today, or the key is not its.
  package init(
    _ configuration: TLSServerConfiguration, shutdownTimeout: Duration
  ) throws(TLSConfigurationError) {
    self.configuration = configuration
    self.shutdownTimeout = shutdownTimeout
    context = Mutex(try Self.context(configuration, shutdownTimeout))
  }

  /// Reads the files again, for connections from now on.
  ///
  /// - Throws: as `init` does; then everything stays as it was.
  package func reload() throws(TLSConfigurationError) {
    let new = try Self.context(configuration, shutdownTimeout)
    context.withLock { $0 = new }
  }

  /// Puts TLS before what will be added to the channel; on its event loop.
  ///
  /// `identified` hears there who the client is, before the first byte of it.
  package func secure(
    _ channel: any Channel, identified: @escaping (PeerIdentity) -> Void
  ) throws {
    let handler = NIOSSLServerHandler(context: context.withLock { $0 })
    let gate = HandshakeGate(handler, role: .server(identified))
    try channel.pipeline.syncOperations.addHandlers([handler, gate])
  }

  private static func context(
    _ configuration: TLSServerConfiguration, _ shutdownTimeout: Duration
  ) throws(TLSConfigurationError) -> NIOSSLContext {
    let certificate = try TLSCertificate(configuration.certificate, at: time(nil))
    let chain = certificate.chain.map { NIOSSLCertificateSource.certificate($0) }
    var options = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain, privateKey: .privateKey(certificate.key))
    if let path = configuration.clientAuthorities {
      let file = TLSFile(role: "client authorities", path: path)
      options.trustRoots = .certificates(try file.certificates())
      options.certificateVerification = .noHostnameVerification
      options.sendCANameList = true
    }
    return try options.context(configuration.versionMin, shutdownTimeout)
  }
}

/// What a client trusts and shows.
package struct ClientTLS: Sendable {
  private let context: NIOSSLContext
  private let serverName: String?
  private let trusted: String
  private let handshakeTimeout: Duration

  /// Reads the files.
  ///
  /// - Throws: if one is missing or wrong, the certificate is not valid today, or the key is not its.
  package init(
    _ configuration: TLSClientConfiguration, handshakeTimeout: Duration, shutdownTimeout: Duration
  ) throws(TLSConfigurationError) {
    self.handshakeTimeout = handshakeTimeout
    var options = TLSConfiguration.makeClientConfiguration()
    trusted = configuration.authorities ?? "the system"
    if let path = configuration.authorities {
      let file = TLSFile(role: "authorities", path: path)
      options.trustRoots = .certificates(try file.certificates())
    }
    if let files = configuration.certificate {
      let certificate = try TLSCertificate(files, at: time(nil))
      options.certificateChain = certificate.chain.map { .certificate($0) }
      options.privateKey = .privateKey(certificate.key)
    }
    if let name = configuration.serverName, Self.isNumeric(name) || name.isEmpty {
      throw TLSConfigurationError("server name '\(name)': want the name of a host")
    }
    serverName = configuration.serverName
    context = try options.context(configuration.versionMin, shutdownTimeout)
  }

  /// Puts TLS before what will be added to the channel; on its event loop.
  package func secure(_ channel: any Channel, to host: String) throws {
    // A certificate for an address is compared with where the socket ends.
    let name = serverName ?? (Self.isNumeric(host) ? nil : host)
    let handler = try NIOSSLClientHandler(context: context, serverHostname: name)
    let client = HandshakeGate.Client(
      host: name ?? host, isName: name != nil, trusted: trusted, timeout: handshakeTimeout)
    let gate = HandshakeGate(handler, role: .client(client))
    try channel.pipeline.syncOperations.addHandlers([handler, gate])
  }

  private static func isNumeric(_ host: String) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
  }
}

extension TLSConfiguration {
  /// The context of these options, with what both sides have in common.
  fileprivate func context(
    _ versionMin: RPCCore.TLSVersion, _ shutdownTimeout: Duration
  ) throws(TLSConfigurationError) -> NIOSSLContext {
    var options = self
    switch versionMin {
    case .tls12: options.minimumTLSVersion = .tlsv12
    case .tls13: options.minimumTLSVersion = .tlsv13
    }
    options.applicationProtocols = [protocolName]
    options.shutdownTimeout = TimeAmount(shutdownTimeout)
    do {
      return try NIOSSLContext(configuration: options)
    } catch {
      throw TLSConfigurationError("the TLS library refuses the files: \(error)")
    }
  }
}
