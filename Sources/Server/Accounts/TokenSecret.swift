internal import Cryptography
internal import Foundation

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
    text = Self.prefix + base64URL(secureRandomBytes(count: Self.randomBytes))
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
  package var hash: [UInt8] { SHA256.hash(text.utf8) }
}

extension TokenSecret: CustomStringConvertible {
  /// Not the secret, so that it cannot slip into a log.
  package var description: String { Self.prefix + "…" }
}

private let base64URLDigits = Array(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

/// Base64 in the alphabet for addresses, without padding (RFC 4648, section 5).
func base64URL(_ bytes: [UInt8]) -> String {
  Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    .replacing("=", with: "")
}
