import CTLS
import RPCCore

/// Only what is asked of a certificate that the TLS library has verified: its names.
extension PeerCertificate {
  /// A name that cannot be read, or one that is meant to deceive.
  private struct Malformed: Error {}

  /// Reads the names out of a certificate; nil if one cannot be read.
  init?(_ certificate: X509Certificate) {
    do {
      self.init(
        commonName: try Self.commonName(X509_get_subject_name(certificate.pointer)),
        alternativeNames: try Self.alternativeNames(certificate.pointer))
    } catch {
      return nil
    }
  }

  private static func commonName(_ subject: OpaquePointer?) throws(Malformed) -> String? {
    var found: String?
    var place: Int32 = -1
    while true {
      place = X509_NAME_get_index_by_NID(subject, NID_commonName, place)
      guard place >= 0 else { return found }
      found = try text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place)))
    }
  }

  private static func alternativeNames(_ certificate: OpaquePointer) throws(Malformed) -> [Name] {
    var presence: Int32 = 0
    let found = X509_get_ext_d2i(certificate, NID_subject_alt_name, &presence, nil)
    guard let found else {
      // -1 means that there is no such extension; all else, that it cannot be read.
      guard presence == -1 else { throw Malformed() }
      return []
    }
    let entries = OpaquePointer(found)
    defer { GENERAL_NAMES_free(entries) }
    var names: [Name] = []
    for place in 0..<OPENSSL_sk_num(entries) {
      let entry = OPENSSL_sk_value(entries, place)?.assumingMemoryBound(to: GENERAL_NAME.self)
      var kind: Int32 = 0
      let value = GENERAL_NAME_get0_value(entry, &kind)?.assumingMemoryBound(to: ASN1_STRING.self)
      switch kind {
      case GEN_DNS: names.append(.dns(try ascii(value)))
      case GEN_EMAIL: names.append(.email(try ascii(value)))
      case GEN_URI: names.append(.uri(try ascii(value)))
      case GEN_IPADD: names.append(.ip(bytes(value)))
      default: break  // Directory names, registered ids and others that no handler asks for.
      }
    }
    return names
  }

  private static func bytes(_ value: UnsafePointer<ASN1_STRING>?) -> [UInt8] {
    value.map { Array(UnsafeBufferPointer(start: $0.pointee.data, count: Int($0.pointee.length))) }
      ?? []
  }

  /// The text of a subject's attribute; `nil` in forms that predate UTF-8, for nobody guesses at a
  /// name that may open doors.
  ///
  /// A NUL or a line break in a name is there to deceive code that compares or logs it.
  private static func text(_ value: UnsafePointer<ASN1_STRING>?) throws(Malformed) -> String? {
    guard
      [V_ASN1_UTF8STRING, V_ASN1_PRINTABLESTRING, V_ASN1_IA5STRING].contains(value?.pointee.type)
    else { return nil }
    guard let text = String(validating: bytes(value), as: UTF8.self),
      text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
    else { throw Malformed() }
    return text
  }

  private static func ascii(_ value: UnsafePointer<ASN1_STRING>?) throws(Malformed) -> String {
    let bytes = bytes(value)
    guard bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) else { throw Malformed() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
