package import RPCCore

/// Only what is asked of a certificate that the TLS library has verified: its names.
extension PeerCertificate {
  private enum Tag {
    static let boolean: UInt8 = 0x01
    static let octets: UInt8 = 0x04
    static let identifier: UInt8 = 0x06
    static let utf8: UInt8 = 0x0C
    static let printable: UInt8 = 0x13
    static let ascii: UInt8 = 0x16
    static let sequence: UInt8 = 0x30
    static let set: UInt8 = 0x31
    static let version: UInt8 = 0xA0
    static let extensions: UInt8 = 0xA3
    static let email: UInt8 = 0x81
    static let dns: UInt8 = 0x82
    static let uri: UInt8 = 0x86
    static let ip: UInt8 = 0x87
  }

  /// 2.5.4.3.
  private static let commonNameIdentifier: [UInt8] = [0x55, 0x04, 0x03]
  /// 2.5.29.17.
  private static let alternativeNamesIdentifier: [UInt8] = [0x55, 0x1D, 0x11]

  /// Reads the names out of a certificate; `nil` if it is not one.
  package init?(der: [UInt8]) {
    do {
      var outer = DERReader(der[...])
      var certificate = DERReader(try outer.next(tag: Tag.sequence))
      var fields = DERReader(try certificate.next(tag: Tag.sequence))
      var first = try fields.next()
      if first?.tag == Tag.version { first = try fields.next() }
      // The serial number was first; then follow signature, issuer, validity, subject, key.
      for _ in 0..<3 { _ = try fields.next(tag: Tag.sequence) }
      let subject = try fields.next(tag: Tag.sequence)
      _ = try fields.next(tag: Tag.sequence)
      var names: [Name] = []
      while let field = try fields.next() {
        if field.tag == Tag.extensions { names = try Self.alternativeNames(field.content) }
      }
      self.init(commonName: try Self.commonName(subject), alternativeNames: names)
    } catch {
      return nil
    }
  }

  private static func commonName(
    _ subject: ArraySlice<UInt8>
  ) throws(DERReader.Malformed) -> String? {
    var found: String?
    var sets = DERReader(subject)
    while let set = try sets.next() {
      guard set.tag == Tag.set else { throw DERReader.Malformed() }
      var attributes = DERReader(set.content)
      while let attribute = try attributes.next() {
        var parts = DERReader(attribute.content)
        let identifier = try parts.next(tag: Tag.identifier)
        guard let value = try parts.next() else { throw DERReader.Malformed() }
        if identifier.elementsEqual(commonNameIdentifier) { found = try text(value) }
      }
    }
    return found
  }

  private static func alternativeNames(
    _ bytes: ArraySlice<UInt8>
  ) throws(DERReader.Malformed) -> [Name] {
    var names: [Name] = []
    var outer = DERReader(bytes)
    var extensions = DERReader(try outer.next(tag: Tag.sequence))
    while let one = try extensions.next() {
      var parts = DERReader(one.content)
      let identifier = try parts.next(tag: Tag.identifier)
      guard identifier.elementsEqual(alternativeNamesIdentifier) else { continue }
      var value = try parts.next()
      if value?.tag == Tag.boolean { value = try parts.next() }
      guard let value, value.tag == Tag.octets else { throw DERReader.Malformed() }
      var inner = DERReader(value.content)
      var entries = DERReader(try inner.next(tag: Tag.sequence))
      while let entry = try entries.next() {
        switch entry.tag {
        case Tag.dns: names.append(.dns(try ascii(entry.content)))
        case Tag.email: names.append(.email(try ascii(entry.content)))
        case Tag.uri: names.append(.uri(try ascii(entry.content)))
        case Tag.ip: names.append(.ip(Array(entry.content)))
        default: break  // Directory names, registered ids and others that no handler asks for.
        }
      }
    }
    return names
  }

  /// The text of a subject's attribute; `nil` in forms that predate UTF-8, for nobody guesses at a
  /// name that may open doors.
  private static func text(_ value: DERReader.Value) throws(DERReader.Malformed) -> String? {
    switch value.tag {
    case Tag.utf8, Tag.printable, Tag.ascii:
      guard let text = String(validating: value.content, as: UTF8.self), isPrintable(text) else {
        throw DERReader.Malformed()
      }
      return text
    default:
      return nil
    }
  }

  private static func ascii(_ bytes: ArraySlice<UInt8>) throws(DERReader.Malformed) -> String {
    guard bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) else { throw DERReader.Malformed() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A name with a zero or a line's end in it is meant to deceive whoever compares or logs it.
  private static func isPrintable(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
  }
}
