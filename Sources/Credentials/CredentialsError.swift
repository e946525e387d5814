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
