import Testing

@testable import Cryptography

@Suite struct CryptographyTests {
  /// Of FIPS 180-4's examples (NIST, SHA256.pdf), and of nothing.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `hashes are those of the standard, in one piece and in many`(text: String, hash: String) {
    #expect(lowerHex(SHA256.hash(text.utf8)) == hash)
    var pieces = SHA256()
    for byte in text.utf8 { pieces.update(CollectionOfOne(byte)) }
    #expect(lowerHex(pieces.finalize()) == hash)
    // A hash that is finished may go on.
    #expect(pieces.finalize() == pieces.finalize())
  }

  @Test func `a copy goes its own way`() {
    var hash = SHA256()
    hash.update("ab".utf8)
    var copy = hash
    copy.update("d".utf8)
    hash.update("c".utf8)
    #expect(hash.finalize() == SHA256.hash("abc".utf8))
    #expect(copy.finalize() == SHA256.hash("abd".utf8))
  }

  /// RFC 5869, A.1, whose first 32 of 42 bytes are one block.
  @Test func `derived keys are those of the standard`() {
    let key = SecretKey(
      from: [UInt8](repeating: 0x0B, count: 22), salt: Array(0x00...0x0C),
      purpose: Array(0xF0...0xF9))
    #expect(
      lowerHex(key.bytes) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
  }

  /// RFC 5869, A.3: neither salt nor purpose.
  @Test func `a key may have no salt`() {
    let key = SecretKey(from: [UInt8](repeating: 0x0B, count: 22), salt: [], purpose: [])
    #expect(
      lowerHex(key.bytes) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
  }

  @Test(arguments: [0, 1, 63, 64, 65, 10_000])
  func `what is sealed comes back, and no other byte does`(count: Int) throws {
    let key = SecretKey(from: [1], salt: [2], purpose: [3])
    let text = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let sealed = key.seal(text, authenticating: [7, 8])
    #expect(sealed.count == count + 28)
    #expect(try key.open(sealed, authenticating: [7, 8]) == text)
    #expect(key.seal(text, authenticating: [7, 8]) != sealed)
    #expect(throws: SecretKey.Unopened.self) { try key.open(sealed, authenticating: [7]) }
    let other = SecretKey(from: [1], salt: [2], purpose: [4])
    #expect(throws: SecretKey.Unopened.self) { try other.open(sealed, authenticating: [7, 8]) }
    for place in stride(from: 0, to: sealed.count, by: max(1, sealed.count / 50)) {
      var wrong = sealed
      wrong[place] ^= 1
      #expect(throws: SecretKey.Unopened.self) { try key.open(wrong, authenticating: [7, 8]) }
    }
    for length in [0, 27, sealed.count - 1] {
      #expect(throws: SecretKey.Unopened.self) {
        try key.open(Array(sealed.prefix(length)), authenticating: [7, 8])
      }
    }
  }

  /// RFC 8439, 2.8.2: key, nonce, context, encrypted text and tag of its example.
  @Test func `a text that others have sealed is opened`() throws {
    let key = SecretKey(bytes: Array(0x80...0x9F))
    let sealed = bytes(
      """
      070000004041424344454647
      d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6
      3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36
      92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc
      3ff4def08e4b7a9de576d26586cec64b6116
      1ae10b594f09e26a7e902ecbd0600691
      """)
    let text = try key.open(sealed, authenticating: bytes("50515253c0c1c2c3c4c5c6c7"))
    #expect(
      String(decoding: text, as: UTF8.self)
        == "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the"
        + " future, sunscreen would be it.")
  }

  private func bytes(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isNewline }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
