internal import Crypto
internal import Foundation
internal import Store

/// What is made of a caller's idempotency key: the name that its answer is kept under, and the
/// secrets that seal the answer.
///
/// The server keeps only the name, from which nobody finds the key back unless they can guess it. So
/// a copy of the database holds neither the answers, which may be tokens, nor the requests, which may
/// hold passwords: both are as safe as the key is random.
struct CallKey: Sendable {
  /// 32 bytes, different for each caller.
  let name: [UInt8]
  private let signing: SymmetricKey
  private let sealing: SymmetricKey

  /// `caller` is an account's name, whose case does not matter.
  init(_ text: String, of caller: String) {
    let key = SymmetricKey(data: Data(text.utf8))
    let salt = Data(caller.lowercased().utf8)
    func derived(_ purpose: String) -> SymmetricKey {
      HKDF<SHA256>.deriveKey(
        inputKeyMaterial: key, salt: salt, info: Data("diyml \(purpose)".utf8), outputByteCount: 32)
    }
    name = derived("name").withUnsafeBytes { [UInt8]($0) }
    signing = derived("request")
    sealing = derived("answer")
  }

  /// What tells one request under the key from another, and says nothing without the key: 32 bytes.
  func fingerprint(of request: some Collection<UInt8>, to path: String) -> [UInt8] {
    var code = HMAC<SHA256>(key: signing)
    code.update(data: Data("\(path)\0".utf8))
    code.update(data: Data(request))
    return Array(code.finalize())
  }

  /// The answer as it is kept with the request's fingerprint.
  func seal(_ answer: [UInt8], to request: [UInt8]) throws -> [UInt8] {
    let box = try ChaChaPoly.seal(Data(answer), using: sealing, authenticating: Data(request))
    return [UInt8](box.combined)
  }

  /// - Throws: when the answer is not as it was sealed.
  func open(_ sealed: [UInt8], to request: [UInt8]) throws -> [UInt8] {
    let box = try ChaChaPoly.SealedBox(combined: Data(sealed))
    return [UInt8](try ChaChaPoly.open(box, using: sealing, authenticating: Data(request)))
  }
}
