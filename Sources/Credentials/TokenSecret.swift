internal import Crypto

/// The secret of a token: 256 random bits as text.
///
/// The server shows it once and keeps its SHA-256. With that much chance in it, finding the row by
/// its hash gives away nothing that a clock could measure.
package struct TokenSecret: Sendable, Equatable {
  /// Makes a leaked token easy to find in logs and repositories.
  package static let prefix = "diyml_"
  private static let randomBytes = 32
  /// Base64url of 32 bytes, without padding.
  private static let digits = 43

  /// What goes after `Bearer `.
  ///
  /// Never to be logged.
  package let text: String

  /// A new secret from the system's random source.
  package init() {
    let key = SymmetricKey(size: SymmetricKeySize(bitCount: Self.randomBytes * 8))
    text = Self.prefix + key.withUnsafeBytes { base64URL(Array($0)) }
  }

  /// Nothing unless the text looks like a secret: prefix, length and alphabet.
  package init?(parsing text: String) {
    let body = text.utf8.dropFirst(Self.prefix.utf8.count)
    guard text.hasPrefix(Self.prefix), body.count == Self.digits,
      body.allSatisfy(base64URLDigits.contains)
    else { return nil }
    self.text = text
  }

  /// The SHA-256 of the text: 32 bytes.
  package var hash: [UInt8] {
    var hash = SHA256()
    Array(text.utf8).withUnsafeBytes { hash.update(bufferPointer: $0) }
    return Array(hash.finalize())
  }
}

extension TokenSecret: CustomStringConvertible {
  /// Not the secret, so that it cannot slip into a log.
  package var description: String { Self.prefix + "…" }
}

private let base64URLDigits = Array(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

/// Base64 in the alphabet for addresses, without padding (RFC 4648, section 5).
func base64URL(_ bytes: [UInt8]) -> String {
  var text: [UInt8] = []
  var start = 0
  while start < bytes.count {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
    for place in 0...group.count { text.append(base64URLDigits[bits >> (18 - 6 * place) & 63]) }
    start += 3
  }
  return String(decoding: text, as: UTF8.self)
}
