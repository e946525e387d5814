import API
import Store
import TestSupport
import Testing

struct KeptAnswerTests {
  private struct Refused: Error {}

  private static let lifetime = Duration.seconds(100)

  private static func key(_ seed: UInt8) -> AnswerKey {
    AnswerKey(
      name: [UInt8](repeating: seed, count: 32), fingerprint: [UInt8](repeating: 9, count: 32))
  }

  private static func answer<Result>(
    _ seed: UInt8, at now: Timestamp = StoreFixture.start,
    bytes: @escaping @Sendable (Result) throws -> [UInt8] = { _ in [7] }
  ) -> PendingResponse<Result> {
    PendingResponse(key(seed), at: now, until: now + lifetime, bytes: bytes)
  }

  private func make(
    _ name: String, in fixture: StoreFixture, keeping answer: PendingResponse<Project>
  ) async throws {
    _ = try await fixture.store.createProject(
      name: name, type: .detection, description: "", of: fixture.ada.id, at: StoreFixture.start,
      keeping: answer)
  }

  private func kept(
    _ seed: UInt8, in fixture: StoreFixture, of account: String = "ada",
    at now: Timestamp = StoreFixture.start
  ) async throws -> KeptAnswer? {
    try await fixture.store.keptAnswer(named: Self.key(seed).name, ofAccount: account, at: now)
  }

  @Test func `an answer is kept with the effect, for its account alone`() async throws {
    let fixture = try await StoreFixture()
    _ = try await fixture.makeAccount("bob", seed: 2)
    try await make("pets", in: fixture, keeping: Self.answer(1) { Array($0.name.utf8) })
    let kept = try await kept(1, in: fixture)
    #expect(kept?.bytes == Array("pets".utf8))
    #expect(kept?.fingerprint == Self.key(1).fingerprint)
    #expect(try await self.kept(1, in: fixture, of: "ADA") == kept)
    #expect(try await self.kept(1, in: fixture, of: "bob") == nil)
    #expect(try await self.kept(2, in: fixture) == nil)
  }

  @Test func `an answer survives the end of the process until it expires`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    try await make("pets", in: fixture, keeping: Self.answer(1))
    try fixture.store.close()
    let expiry = StoreFixture.start + Self.lifetime
    let justBefore = Timestamp(unixMilliseconds: expiry.unixMilliseconds - 1)
    let name = Self.key(1).name
    let again = try DataStore.open(folder: fixture.folder.path, at: justBefore)
    #expect(try await again.keptAnswer(named: name, ofAccount: "Ada", at: justBefore) != nil)
    #expect(try await again.keptAnswer(named: name, ofAccount: "Ada", at: expiry) == nil)
    try again.close()
    // A start with a clock that is ahead takes nothing with it.
    let later = try DataStore.open(
      folder: fixture.folder.path, at: expiry + .seconds(400 * 86_400))
    #expect(try await later.keptAnswer(named: name, ofAccount: "Ada", at: justBefore) != nil)
    try later.close()
  }

  @Test func `what fails keeps no answer, and an answer that cannot be made undoes the effect`()
    async throws
  {
    let fixture = try await StoreFixture()
    try await make("pets", in: fixture, keeping: Self.answer(1))
    await #expect(throws: StoreError.alreadyExists(.project, "pets")) {
      try await make("pets", in: fixture, keeping: Self.answer(2))
    }
    #expect(try await kept(2, in: fixture) == nil)
    await #expect(throws: Refused.self) {
      try await make("birds", in: fixture, keeping: Self.answer(3) { _ in throw Refused() })
    }
    await #expect(throws: StoreError.notFound(.project, "birds")) {
      try await fixture.store.project(named: "birds", of: fixture.ada.id)
    }
  }

  @Test func `a key keeps one answer, and a second one undoes its effect`() async throws {
    let fixture = try await StoreFixture()
    try await make("pets", in: fixture, keeping: Self.answer(1))
    await #expect(throws: StoreError.keyTaken) {
      try await make("birds", in: fixture, keeping: Self.answer(1))
    }
    await #expect(throws: StoreError.notFound(.project, "birds")) {
      try await fixture.store.project(named: "birds", of: fixture.ada.id)
    }
    await #expect(throws: StoreError.keyTaken) {
      try await fixture.store.keep(Self.answer(1), ofAccount: "ada")
    }
    // Once it has expired, the key is free again.
    let expiry = StoreFixture.start + Self.lifetime
    try await fixture.store.keep(Self.answer(1, at: expiry) { [8] }, ofAccount: "ada")
    #expect(try await kept(1, in: fixture, at: expiry)?.bytes == [8])
  }

  @Test func `past the limit the oldest answer goes`() async throws {
    var limits = StoreLimits()
    limits.accountAnswersMax = 3
    let fixture = try await StoreFixture(limits: limits)
    let bob = try await fixture.makeAccount("bob", seed: 2)
    for seed: UInt8 in 1...3 { try await fixture.store.keep(Self.answer(seed), ofAccount: "ada") }
    try await fixture.store.keep(Self.answer(1), ofAccount: bob.name)
    #expect(try await kept(1, in: fixture) != nil)
    try await fixture.store.keep(Self.answer(4), ofAccount: "ada")
    #expect(try await kept(1, in: fixture) == nil)
    for seed: UInt8 in 2...4 { #expect(try await kept(seed, in: fixture) != nil) }
    #expect(try await kept(1, in: fixture, of: "bob") != nil)
  }

  @Test func `answers go with their account`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.store.keep(Self.answer(1), ofAccount: "ada")
    try await fixture.store.deleteAccount(fixture.ada.id)
    _ = try await fixture.makeAccount("ada", seed: 3)
    #expect(try await kept(1, in: fixture) == nil)
    await #expect(throws: StoreError.notFound(.account, "bob")) {
      try await fixture.store.keep(Self.answer(1), ofAccount: "bob")
    }
  }
}
