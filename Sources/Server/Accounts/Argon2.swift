internal import CArgon2
internal import Cryptography

/// What hashing a password costs.
///
/// The defaults are OWASP's for Argon2id.
package struct Argon2Parameters: Sendable, Equatable {
  package var memoryKiB: UInt32 = 19_456
  package var passes: UInt32 = 2
  package var lanes: UInt32 = 1

  package init() {}
}

/// Argon2id over Debian's libargon2.
///
/// Blocks for tens of milliseconds.
enum Argon2 {
  private static let saltBytes = 16
  private static let hashBytes = 32

  /// Hash, salt and parameters in the PHC string format.
  ///
  /// The salt is random bytes, different for each password.
  static func hash(
    _ password: String, parameters: Argon2Parameters, salt: [UInt8]
  ) throws(CredentialsError) -> String {
    let password = Array(password.utf8)
    let length = argon2_encodedlen(
      parameters.passes, parameters.memoryKiB, parameters.lanes, UInt32(salt.count),
      UInt32(hashBytes), Argon2_id)
    var encoded = [CChar](repeating: 0, count: length)
    try check(
      argon2id_hash_encoded(
        parameters.passes, parameters.memoryKiB, parameters.lanes, password, password.count, salt,
        salt.count, hashBytes, &encoded, encoded.count))
    let text = encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether the password is the one that was hashed; takes as long either way.
  static func verify(_ password: String, against encoded: String) throws(CredentialsError) -> Bool {
    let password = Array(password.utf8)
    let result = argon2id_verify(encoded, password, password.count)
    if result == ARGON2_VERIFY_MISMATCH.rawValue { return false }
    try check(result)
    return true
  }

  /// What no password hashes to, in the same format and as dear to verify; costs nothing to make.
  ///
  /// - Throws: `.argon2` for parameters that Argon2 does not take.
  static func decoy(parameters: Argon2Parameters) throws(CredentialsError) -> String {
    let isTaken =
      parameters.passes >= 1 && parameters.lanes >= 1
      && parameters.memoryKiB / 8 >= parameters.lanes
    guard isTaken else {
      throw .argon2(
        "\(parameters.memoryKiB) KiB, \(parameters.passes) passes, \(parameters.lanes) lanes; at least"
          + " 8 KiB a lane, 1 pass and 1 lane are needed")
    }
    // In Base64 without padding, which is how the format has bytes, zeros are the letter A.
    let salt = String(repeating: "A", count: (saltBytes * 8 + 5) / 6)
    let hash = String(repeating: "A", count: (hashBytes * 8 + 5) / 6)
    let (memory, passes, lanes) = (parameters.memoryKiB, parameters.passes, parameters.lanes)
    return "$argon2id$v=19$m=\(memory),t=\(passes),p=\(lanes)$\(salt)$\(hash)"
  }

  static func randomSalt() -> [UInt8] { secureRandomBytes(count: saltBytes) }

  private static func check(_ result: Int32) throws(CredentialsError) {
    guard result == ARGON2_OK.rawValue else {
      throw .argon2(argon2_error_message(result).map { String(cString: $0) } ?? "\(result)")
    }
  }
}

/// Why a password could not be hashed or checked.
package enum CredentialsError: Error, Equatable, Sendable {
  /// As many passwords as may wait are waiting.
  case busy(waiting: Int, limit: Int)
  /// Argon2 failed, for want of memory or because a stored hash is damaged.
  case argon2(String)
}

extension CredentialsError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .busy(let waiting, let limit):
      "\(waiting) passwords wait to be checked; the limit is \(limit)"
    case .argon2(let message): "Argon2 failed: \(message)"
    }
  }
}
