import CTLS
import NIOCore
import RPCCore

/// One side of a TLS connection, without a socket: what comes from the network goes in, and what is
/// meant for it comes out.
///
/// Used on one event loop.
final class TLSSession {
  /// What was read: the plain bytes, if any, and whether more can follow.
  struct Reading {
    enum Ending {
      /// The other side has said that it sends no more.
      case closed
      case failed(OpenSSLError)
    }

    var bytes: ByteBuffer?
    var ending: Ending?
  }

  /// The most plain bytes of one record.
  private static let recordBytes = 16 << 10
  /// What encryption adds to a record, at most.
  private static let recordExtraBytes = 64

  private let ssl: OpaquePointer
  /// Memory that OpenSSL reads from and writes to; `ssl` owns both.
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer
  private let isServer: Bool
  private var output = ByteBuffer()
  private var hasSent = false
  /// What the other side showed, where it was refused.
  var refusedCertificate: X509Certificate?

  /// A server's side.
  convenience init(accepting context: TLSContext) throws(OpenSSLError) {
    try self.init(context, isServer: true)
    SSL_set_accept_state(ssl)
  }

  /// A client's side, for a server whose certificate is made for `host`, a name or an address.
  convenience init(connecting context: TLSContext, to host: String, isName: Bool) throws {
    // To OpenSSL, a dot at the start would stand for any name below.
    guard !host.hasPrefix(".") else {
      throw TLSConfigurationError("server name '\(host)': want the name of a host")
    }
    try self.init(context, isServer: false)
    SSL_set_connect_state(ssl)
    let expected = SSL_get0_param(ssl)
    // A star stands for a whole label; the subject's common name does not count.
    X509_VERIFY_PARAM_set_hostflags(
      expected, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
    var name = host
    if isName, name.utf8.last == UInt8(ascii: ".") { name.removeLast() }
    let isSet =
      if isName {
        X509_VERIFY_PARAM_set1_host(expected, name, 0) == 1 && Self.ask(ssl, for: name)
      } else {
        X509_VERIFY_PARAM_set1_ip_asc(expected, name) == 1
      }
    guard isSet else { throw OpenSSLError() }
  }

  private init(_ context: TLSContext, isServer: Bool) throws(OpenSSLError) {
    ERR_clear_error()
    guard let ssl = SSL_new(context.pointer) else { throw OpenSSLError() }
    guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
      SSL_free(ssl)
      throw OpenSSLError()
    }
    SSL_set_bio(ssl, incoming, outgoing)
    self.ssl = ssl
    self.incoming = incoming
    self.outgoing = outgoing
    self.isServer = isServer
    SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit { SSL_free(ssl) }

  /// The session that OpenSSL calls back about.
  static func of(_ ssl: OpaquePointer) -> TLSSession? {
    SSL_get_ex_data(ssl, 0).map { Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Names the host in the hello (SNI), so that a server of several can choose.
  private static func ask(_ ssl: OpaquePointer, for name: String) -> Bool {
    var name = Array(name.utf8CString)
    return name.withUnsafeMutableBytes {
      SSL_ctrl(
        ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), $0.baseAddress) == 1
    }
  }

  // MARK: The network's side

  /// Takes what has come from the network.
  func receive(_ bytes: ByteBuffer) {
    bytes.withUnsafeReadableBytes {
      var count = 0
      // Memory takes all of it.
      _ = BIO_write_ex(incoming, $0.baseAddress, $0.count, &count)
    }
  }

  /// What the network must carry next; nil for nothing.
  func takeOutput() -> ByteBuffer? {
    collectOutput()
    guard output.readableBytes > 0 else { return nil }
    defer { output = ByteBuffer() }
    hasSent = true
    return output
  }

  private func collectOutput() {
    let count = BIO_ctrl_pending(outgoing)
    guard count > 0 else { return }
    output.writeWithUnsafeMutableBytes(minimumWritableBytes: count) {
      var read = 0
      return BIO_read_ex(outgoing, $0.baseAddress, count, &read) == 1 ? read : 0
    }
  }

  // MARK: The handshake

  /// Goes on with the handshake as far as what has come allows; whether it is complete.
  func shake() throws(OpenSSLError) -> Bool {
    ERR_clear_error()
    let result = SSL_do_handshake(ssl)
    if result == 1 { return true }
    if SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ { return false }
    let error = OpenSSLError()
    collectOutput()
    if isServer, !hasSent, output.readableBytes == 0 {
      // OpenSSL says nothing to one who does not speak TLS. A fatal alert, "protocol version" (RFC
      // 8446, 6.2), lets a client of ours see what it has reached.
      output.writeBytes([21, 3, 1, 0, 2, 2, 70] as [UInt8])
    }
    throw error
  }

  /// Whether the two have agreed on our protocol.
  var isOurProtocol: Bool {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &name, &count)
    return UnsafeBufferPointer(start: name, count: Int(count)).elementsEqual(protocolName.utf8)
  }

  /// What the other side showed and proved, if anything.
  var peerCertificate: X509Certificate? {
    SSL_get1_peer_certificate(ssl).map { X509Certificate(owning: $0) }
  }

  /// Whether what was wrong with the certificate is only that it is another host's.
  var isForAnotherHost: Bool {
    [X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH].contains(
      Int32(truncatingIfNeeded: SSL_get_verify_result(ssl)))
  }

  // MARK: The plain side

  /// All plain bytes that what has come so far holds.
  func read() -> Reading {
    var reading = Reading()
    while true {
      ERR_clear_error()
      var result: Int32 = 0
      let capacity = BIO_ctrl_pending(incoming)
      var bytes = reading.bytes.take() ?? ByteBufferAllocator().buffer(capacity: capacity)
      bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: 1 << 10) {
        var count = 0
        result = SSL_read_ex(ssl, $0.baseAddress, $0.count, &count)
        return count
      }
      if bytes.readableBytes > 0 { reading.bytes = bytes }
      if result == 1 { continue }
      switch SSL_get_error(ssl, result) {
      case SSL_ERROR_WANT_READ: break
      case SSL_ERROR_ZERO_RETURN: reading.ending = .closed
      default: reading.ending = .failed(OpenSSLError())
      }
      return reading
    }
  }

  /// Encrypts bytes for the network.
  func write(_ bytes: ByteBuffer) throws(OpenSSLError) {
    var rest = bytes
    output.reserveCapacity(
      minimumWritableBytes: bytes.readableBytes + (bytes.readableBytes / Self.recordBytes + 1)
        * Self.recordExtraBytes)
    // A record at a time, so that OpenSSL's memory, which never shrinks, stays as small as one.
    while let part = rest.readSlice(length: min(rest.readableBytes, Self.recordBytes)),
      part.readableBytes > 0
    {
      ERR_clear_error()
      let isWritten = part.withUnsafeReadableBytes {
        var count = 0
        return SSL_write_ex(ssl, $0.baseAddress, $0.count, &count) == 1
      }
      guard isWritten else { throw OpenSSLError() }
      collectOutput()
    }
  }

  /// Says that nothing more will be sent.
  func finish() {
    ERR_clear_error()
    SSL_shutdown(ssl)
    ERR_clear_error()
  }
}
