import Testing

@testable import Credentials

struct TokenSecretTests {
  @Test func `a new secret reads back, and no two are the same`() throws {
    let secrets = (0..<1_000).map { _ in TokenSecret() }
    #expect(Set(secrets.map(\.text)).count == 1_000)
    for secret in secrets {
      #expect(secret.text.utf8.count == 49)
      #expect(TokenSecret(parsing: secret.text) == secret)
    }
  }

  @Test(arguments: [
    "", "diyml_", "diyml_" + String(repeating: "A", count: 42),
    "diyml_" + String(repeating: "A", count: 44), "diyml_" + String(repeating: "=", count: 43),
    "DIYML_" + String(repeating: "A", count: 43), String(repeating: "A", count: 49),
    "diyml_" + String(repeating: "A", count: 42) + " ",
  ])
  func `what does not look like a secret is none`(text: String) {
    #expect(TokenSecret(parsing: text) == nil)
  }

  @Test func `the hash is the SHA-256 of the text`() throws {
    let secret = try #require(TokenSecret(parsing: "diyml_" + String(repeating: "A", count: 43)))
    #expect(secret.hash.count == 32)
    #expect(secret.hash != TokenSecret().hash)
  }

  @Test func `a secret does not print itself`() {
    let secret = TokenSecret()
    #expect(!"\(secret)".contains(secret.text.dropFirst(6)))
  }

  @Test(arguments: [
    ([UInt8](), ""), ([0], "AA"), ([255], "_w"), ([0, 0], "AAA"), ([251, 239, 190], "----"),
    (Array("foobar".utf8), "Zm9vYmFy"),
  ])
  func `base64url has its own alphabet and no padding`(bytes: [UInt8], text: String) {
    #expect(base64URL(bytes) == text)
  }
}
