internal import CCrypto

/// Bytes that nobody can guess, from the system's random source.
package func secureRandomBytes(count: Int) -> [UInt8] {
  var random = SystemRandomNumberGenerator()
  return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
}

/// 32 secret bytes: to sign with, to seal with, or to derive other keys from.
package struct SecretKey: Sendable {
  /// What a sealed text is longer than the plain one: the nonce before it and the tag behind it.
  private static let (nonceBytes, tagBytes) = (12, 16)

  package let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Derives a key for one purpose from a text (HKDF with SHA-256, RFC 5869, one block).
  package init(from text: [UInt8], salt: [UInt8], purpose: [UInt8]) {
    let extracted = Self.code(of: text, key: salt)
    bytes = Self.code(of: purpose + [1], key: extracted)
  }

  /// What only a holder of the key can make of a message: 32 bytes (HMAC with SHA-256, RFC 2104).
  package func code(of message: [UInt8]) -> [UInt8] { Self.code(of: message, key: bytes) }

  private static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { buffer, count in
      let made = HMAC(
        EVP_sha256(), key, Int32(key.count), message, message.count, buffer.baseAddress, nil)
      precondition(made != nil, "libcrypto has no HMAC with SHA-256")
      count = SHA256.byteCount
    }
  }
}

// MARK: - Sealing

extension SecretKey {
  /// Why a sealed text is not opened: it is not as it was sealed, or not with this key.
  package struct Unopened: Error {
    package init() {}
  }

  /// Encrypts a text so that it, and `context` beside it, cannot be changed (ChaCha20-Poly1305,
  /// RFC 8439).
  ///
  /// - Returns: a random nonce of 12 bytes, the encrypted text, a tag of 16 bytes.
  package func seal(_ text: [UInt8], authenticating context: [UInt8]) -> [UInt8] {
    let nonce = secureRandomBytes(count: Self.nonceBytes)
    var tag = [UInt8](repeating: 0, count: Self.tagBytes)
    let sealed = run(text, nonce: nonce, context, encrypting: true) { cipher in
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), &tag) == 1
    }
    guard let sealed else { preconditionFailure("libcrypto has no ChaCha20-Poly1305") }
    return nonce + sealed + tag
  }

  /// - Throws: `Unopened`.
  package func open(_ sealed: [UInt8], authenticating context: [UInt8]) throws(Unopened) -> [UInt8]
  {
    guard sealed.count >= Self.nonceBytes + Self.tagBytes else { throw Unopened() }
    let nonce = Array(sealed.prefix(Self.nonceBytes))
    let text = Array(sealed.dropFirst(Self.nonceBytes).dropLast(Self.tagBytes))
    var tag = Array(sealed.suffix(Self.tagBytes))
    let opened = run(text, nonce: nonce, context, encrypting: false) { cipher in
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagBytes), &tag) == 1
    }
    guard let opened else { throw Unopened() }
    return opened
  }

  /// Encrypts, after which `tag` takes the tag, or decrypts, before the end of which `tag` gives it.
  ///
  /// - Returns: nothing if a call fails, as the last one does when the tag is wrong.
  private func run(
    _ text: [UInt8], nonce: [UInt8], _ context: [UInt8], encrypting: Bool,
    tag: (OpaquePointer) -> Bool
  ) -> [UInt8]? {
    guard let cipher = EVP_CIPHER_CTX_new() else { return nil }
    defer { EVP_CIPHER_CTX_free(cipher) }
    let way: Int32 = encrypting ? 1 : 0
    var count: Int32 = 0
    var result = [UInt8](repeating: 0, count: text.count)
    guard EVP_CipherInit_ex(cipher, EVP_chacha20_poly1305(), nil, bytes, nonce, way) == 1,
      EVP_CipherUpdate(cipher, nil, &count, context, Int32(context.count)) == 1,
      EVP_CipherUpdate(cipher, &result, &count, text, Int32(text.count)) == 1,
      encrypting || tag(cipher)
    else { return nil }
    // A stream cipher has nothing left to write; `count` must be what the text has.
    var rest = [UInt8](repeating: 0, count: Self.tagBytes)
    var restCount: Int32 = 0
    guard count == text.count, EVP_CipherFinal_ex(cipher, &rest, &restCount) == 1, restCount == 0,
      !encrypting || tag(cipher)
    else { return nil }
    return result
  }
}
