import Dispatch
import Testing

@testable import Credentials

private func cheapParameters() -> Argon2Parameters {
  var parameters = Argon2Parameters()
  parameters.memoryKiB = 64
  parameters.passes = 1
  return parameters
}

struct PasswordTests {
  @Test func `a password verifies against its own hash and no other does`() async throws {
    let hasher = try PasswordHasher()
    let encoded = try await hasher.hash("correct horse")
    #expect(encoded.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    #expect(try await hasher.verify("correct horse", against: encoded))
    #expect(try await !hasher.verify("correct hors", against: encoded))
    #expect(try await !hasher.verify("", against: encoded))
  }

  @Test func `hashing the same password twice gives different hashes`() async throws {
    let hasher = try PasswordHasher(parameters: cheapParameters())
    #expect(try await hasher.hash("same") != hasher.hash("same"))
  }

  @Test func `no password is right for an unknown user`() async throws {
    let hasher = try PasswordHasher(parameters: cheapParameters())
    #expect(try await !hasher.verify("", against: nil))
    #expect(try await !hasher.verify("anything", against: nil))
  }

  /// Compared by what Argon2 is told to do: on a busy machine a clock tells nothing.
  @Test func `an unknown user costs as much as a known one`() async throws {
    let hasher = try PasswordHasher()
    let encoded = try await hasher.hash("known")
    let work = { (encoded: String) in encoded.split(separator: "$").prefix(3) }
    #expect(work(hasher.decoy) == work(encoded))
    #expect(hasher.decoy.utf8.count == encoded.utf8.count)
  }

  @Test(
    arguments: [
      (8, 1, 1, true), (7, 1, 1, false), (8, 0, 1, false), (8, 1, 0, false), (16, 1, 2, true),
      (15, 1, 2, false),
    ] as [(UInt32, UInt32, UInt32, Bool)])
  func `parameters that Argon2 does not take are refused at once`(
    memoryKiB: UInt32, passes: UInt32, lanes: UInt32, isAccepted: Bool
  ) async throws {
    var parameters = Argon2Parameters()
    parameters.memoryKiB = memoryKiB
    parameters.passes = passes
    parameters.lanes = lanes
    if isAccepted {
      let hasher = try PasswordHasher(parameters: parameters)
      let encoded = try await hasher.hash("password")
      #expect(try await hasher.verify("password", against: encoded))
    } else {
      #expect(throws: CredentialsError.self) { try PasswordHasher(parameters: parameters) }
    }
  }

  /// From the test vectors of the reference implementation, version 0x13.
  @Test func `the reference vector of Argon2id verifies`() throws {
    let encoded =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
    #expect(try Argon2.verify("password", against: encoded))
    #expect(try !Argon2.verify("passwore", against: encoded))
  }

  @Test(arguments: ["", "$argon2id$", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA", "plain"])
  func `a damaged hash is an error and not a wrong password`(encoded: String) async throws {
    let hasher = try PasswordHasher(parameters: cheapParameters())
    await #expect(throws: CredentialsError.self) {
      try await hasher.verify("password", against: encoded)
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `past the bound of waiting passwords the next is refused and the others are served`()
    async throws
  {
    var limits = PasswordHasher.Limits()
    limits.runningMax = 1
    limits.waitingMax = 2
    let hasher = try PasswordHasher(parameters: cheapParameters(), limits: limits)
    let gate = DispatchSemaphore(value: 0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 {
        group.addTask { try await hasher.perform { gate.wait() } }
      }
      while hasher.waitingCount < limits.waitingMax { await Task.yield() }
      await #expect(throws: CredentialsError.busy(waiting: 2, limit: 2)) {
        try await hasher.hash("one too many")
      }
      for _ in 0..<3 { gate.signal() }
      try await group.waitForAll()
    }
    // The queue is empty again.
    _ = try await hasher.hash("later")
  }
}
