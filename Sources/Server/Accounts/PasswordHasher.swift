internal import Threads

/// Hashes and checks passwords on a few threads of its own, so that a crowd that logs in holds up
/// neither Swift's threads nor the machine's memory.
package final class PasswordHasher: Sendable {
  /// How much the hasher takes on at once.
  package struct Limits: Sendable, Equatable {
    /// Passwords hashed at the same time; each takes 19 MiB.
    package var runningMax = 2
    /// Passwords that may wait for their turn.
    package var waitingMax = 64

    package init() {}
  }

  private let parameters: Argon2Parameters
  private let threads: WorkerThreads
  /// What the password of an unknown user is checked against.
  let decoy: String

  /// A hasher at this cost.
  ///
  /// - Throws: `.argon2` when Argon2 does not take such parameters.
  package init(
    parameters: Argon2Parameters = Argon2Parameters(), limits: Limits = Limits()
  ) throws(CredentialsError) {
    self.parameters = parameters
    var threads = WorkerThreads.Configuration(name: "diyml.passwords", count: limits.runningMax)
    threads.waitingMax = limits.waitingMax
    self.threads = WorkerThreads(threads)
    decoy = try Argon2.decoy(parameters: parameters)
  }

  /// - Returns: the hash in the PHC string format, to be kept.
  /// - Throws: `.busy` when too many passwords wait.
  package func hash(_ password: String) async throws -> String {
    let parameters = self.parameters
    return try await perform { () throws(CredentialsError) in
      try Argon2.hash(password, parameters: parameters, salt: Argon2.randomSalt())
    }
  }

  /// Whether the password is the one that was hashed.
  ///
  /// `encoded` is what `hash` returned, or nothing for a user that does not exist: that is false and
  /// takes as long as a wrong password, so that time does not tell who has an account.
  ///
  /// - Throws: `.busy` when too many passwords wait.
  package func verify(_ password: String, against encoded: String?) async throws -> Bool {
    let decoy = self.decoy
    return try await perform { () throws(CredentialsError) in
      let matches = try Argon2.verify(password, against: encoded ?? decoy)
      return matches && encoded != nil
    }
  }

  /// How many passwords wait for their turn now.
  var waitingCount: Int { threads.waitingCount }

  /// Runs `work` on the hasher's threads when its turn comes.
  func perform<T: Sendable>(
    _ work: @escaping @Sendable () throws(CredentialsError) -> T
  ) async throws -> T {
    do {
      return try await threads.run { try work() }
    } catch WorkerThreads.Refused.busy(let waiting, let limit) {
      throw CredentialsError.busy(waiting: waiting, limit: limit)
    }
  }
}
