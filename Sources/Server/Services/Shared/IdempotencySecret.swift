internal import Cryptography
internal import Store

/// What is made of a caller's idempotency key: the name that its answer is kept under, and the
/// secrets that seal the answer.
///
/// The server keeps only the name, from which nobody finds the key back unless they can guess it. So
/// a copy of the database holds neither the answers, which may be tokens, nor the requests, which may
/// hold passwords: both are as safe as the key is random.
struct IdempotencySecret: Sendable {
  /// 32 bytes, different for each caller.
  let name: [UInt8]
  private let signing: SecretKey
  private let sealing: SecretKey

  /// `caller` is an account's name, whose case does not matter.
  init(_ text: String, of caller: String) {
    func derived(_ purpose: String) -> SecretKey {
      SecretKey(
        from: Array(text.utf8), salt: Array(caller.lowercased().utf8),
        purpose: Array("diyml \(purpose)".utf8))
    }
    name = derived("name").bytes
    signing = derived("request")
    sealing = derived("answer")
  }

  /// What tells one request under the key from another, and says nothing without the key: 32 bytes.
  func fingerprint(of request: some Collection<UInt8>, to path: String) -> [UInt8] {
    signing.code(of: Array("\(path)\0".utf8) + request)
  }

  /// The answer as it is kept with the request's fingerprint.
  func seal(_ answer: [UInt8], to request: [UInt8]) -> [UInt8] {
    sealing.seal(answer, authenticating: request)
  }

  /// - Throws: when the answer is not as it was sealed.
  func open(_ sealed: [UInt8], to request: [UInt8]) throws -> [UInt8] {
    try sealing.open(sealed, authenticating: request)
  }
}
