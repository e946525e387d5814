import API
import GRDB
import TestSupport
import Testing

@testable import Store

/// What has expired is refused at once, and its row goes a week later.
struct ExpiryTests {
  private static let week = StoreLimits().expiredRowsLifetime
  private static let lifetime = Duration.seconds(10)
  private static let expiry = StoreFixture.start + lifetime
  private static let removal = expiry + week
  private static let beforeRemoval = Timestamp(unixMilliseconds: removal.unixMilliseconds - 1)
  private static let beforeExpiry = Timestamp(unixMilliseconds: expiry.unixMilliseconds - 1)

  private func rows(_ table: String, in fixture: StoreFixture) async throws -> Int {
    try await fixture.store.read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
    }
  }

  private static func answer(_ seed: UInt8, at now: Timestamp) -> PendingResponse<Void> {
    let key = AnswerKey(
      name: [UInt8](repeating: seed, count: 32), fingerprint: [UInt8](repeating: 2, count: 32))
    return PendingResponse(key, at: now, until: now + lifetime) { [seed] }
  }

  @Test func `an expired token is refused at once and goes a week later`() async throws {
    let fixture = try await StoreFixture()
    _ = try await fixture.store.createToken(
      StoreFixture.newToken(2, lifetime: Self.lifetime), of: fixture.ada.id, at: StoreFixture.start)
    func found(at time: Timestamp) async throws -> Bool {
      try await fixture.store.authenticate(
        secretHash: StoreFixture.secretHash(2), at: time) != nil
    }
    #expect(try await found(at: Self.beforeExpiry))
    #expect(try await !found(at: Self.expiry))
    let listed = try await fixture.store.tokens(
      of: fixture.ada.id, page: PageRequest(), at: Self.expiry)
    #expect(listed.rows.map(\.label) == ["token 1"])
    // The clock was ahead by a week: nothing is lost when it is right again.
    #expect(try await fixture.store.removeExpired(at: Self.beforeRemoval) == 0)
    #expect(try await found(at: Self.beforeExpiry))
    #expect(try await fixture.store.removeExpired(at: Self.removal) == 1)
    #expect(try await !found(at: Self.beforeExpiry))
    #expect(try await rows("token", in: fixture) == 1)
  }

  @Test func `an expired answer makes room for its key at once and goes a week later`() async throws
  {
    let fixture = try await StoreFixture()
    let store = fixture.store
    func keep(at now: Timestamp) async throws {
      try await store.keep(Self.answer(1, at: now), ofAccount: "ada")
    }
    try await keep(at: StoreFixture.start)
    await #expect(throws: StoreError.keyTaken) { try await keep(at: Self.beforeExpiry) }
    try await keep(at: Self.expiry)
    #expect(try await rows("kept_answer", in: fixture) == 1)
    let second = Self.expiry + Self.lifetime + Self.week
    #expect(
      try await store.removeExpired(
        at: Timestamp(unixMilliseconds: second.unixMilliseconds - 1)) == 0)
    #expect(try await store.removeExpired(at: second) == 1)
    #expect(try await rows("kept_answer", in: fixture) == 0)
  }

  @Test func `an expired answer to an inference is not found at once and goes a week later`()
    async throws
  {
    let (fixture, publication) = try await InferenceTests().fixture()
    let store = fixture.store
    try await InferenceTests().submit(fixture, publication, id: "1")
    try await store.finishInference("1", .done([1]), keepingUntil: Self.expiry)
    await #expect(throws: StoreError.notFound(.inference, "1")) {
      try await store.inference("1", of: fixture.ada.id, at: Self.expiry)
    }
    _ = try await store.removeExpired(at: Self.beforeRemoval)
    let back = try await store.inference("1", of: fixture.ada.id, at: Self.beforeExpiry)
    #expect(back.state == .done([1]))
    _ = try await store.removeExpired(at: Self.removal)
    await #expect(throws: StoreError.notFound(.inference, "1")) {
      try await store.inference("1", of: fixture.ada.id, at: Self.beforeExpiry)
    }
  }

  @Test func `more than one turn's worth goes too`() async throws {
    let fixture = try await StoreFixture()
    let ada = fixture.ada.id
    let count = 2 * Int(DataStore.expiredRowsInTurn) + 1
    try await fixture.store.transaction { db in
      for seed in 0..<count {
        _ = try DataStore.insert(
          StoreFixture.newToken(UInt64(1_000 + seed), lifetime: Self.lifetime), of: ada, in: db,
          at: StoreFixture.start)
      }
    }
    #expect(try await fixture.store.removeExpired(at: Self.removal) == count)
  }

  @Test func `of expired tokens and inferences the account keeps the last to expire`() async throws
  {
    var limits = StoreLimits()
    limits.accountExpiredRowsMax = 2
    let (fixture, publication) = try await InferenceTests().fixture(limits: limits)
    let store = fixture.store
    for seed in 2...6 as ClosedRange<UInt64> {
      _ = try await store.createToken(
        StoreFixture.newToken(seed, lifetime: .seconds(Int64(seed))), of: fixture.ada.id,
        at: StoreFixture.start)
      try await InferenceTests().submit(fixture, publication, id: "\(seed)")
      try await store.finishInference(
        "\(seed)", .done([]), keepingUntil: StoreFixture.start + .seconds(Int64(seed)))
    }
    let later = StoreFixture.start + .seconds(10)
    _ = try await store.createToken(StoreFixture.newToken(7), of: fixture.ada.id, at: later)
    try await InferenceTests().submit(fixture, publication, id: "7", at: later)
    // Back then they were good.
    let tokens = try await store.tokens(
      of: fixture.ada.id, page: PageRequest(), at: StoreFixture.start)
    #expect(tokens.rows.map(\.label) == ["token 1", "token 5", "token 6", "token 7"])
    let inferences = try await store.read { db in
      try String.fetchAll(db, sql: "SELECT id FROM inference ORDER BY id")
    }
    #expect(inferences == ["5", "6", "7"])
  }
}

/// Whoever logs in too often loses the oldest login and not the account.
struct LoginTokenTests {
  private func labels(_ fixture: StoreFixture, at now: Timestamp) async throws -> [String] {
    try await fixture.store.tokens(of: fixture.ada.id, page: PageRequest(), at: now).rows
      .map(\.label)
  }

  @Test func `the oldest login gives way, and no other token`() async throws {
    var limits = StoreLimits()
    (limits.accountLoginTokensMax, limits.accountTokensMax) = (3, 2)
    let fixture = try await StoreFixture(limits: limits)
    let (store, ada, start) = (fixture.store, fixture.ada.id, StoreFixture.start)
    // The fixture's is not a login, and is the first of two.
    _ = try await store.createToken(StoreFixture.newToken(2), of: ada, at: start)
    for seed in 11...13 as ClosedRange<UInt64> {
      _ = try await store.createToken(
        StoreFixture.newToken(seed, origin: .login), of: ada, at: start)
    }
    let before = ["token 1", "token 2", "token 11", "token 12", "token 13"]
    #expect(try await labels(fixture, at: start) == before)
    _ = try await store.createToken(StoreFixture.newToken(14, origin: .login), of: ada, at: start)
    let after = ["token 1", "token 2", "token 12", "token 13", "token 14"]
    #expect(try await labels(fixture, at: start) == after)
    let gone = try await store.authenticate(secretHash: StoreFixture.secretHash(11), at: start)
    #expect(gone == nil)
    await #expect(throws: StoreError.limit(name: "tokens", value: 3, limit: 2)) {
      try await store.createToken(StoreFixture.newToken(3), of: ada, at: start)
    }
  }

  @Test func `expired logins make no other give way`() async throws {
    var limits = StoreLimits()
    limits.accountLoginTokensMax = 2
    let fixture = try await StoreFixture(limits: limits)
    let (store, ada, start) = (fixture.store, fixture.ada.id, StoreFixture.start)
    for (seed, seconds) in [(11, 1_000), (12, 5)] as [(UInt64, Int64)] {
      let token = StoreFixture.newToken(seed, lifetime: .seconds(seconds), origin: .login)
      _ = try await store.createToken(token, of: ada, at: start)
    }
    let later = start + .seconds(5)
    _ = try await store.createToken(StoreFixture.newToken(13, origin: .login), of: ada, at: later)
    #expect(try await labels(fixture, at: later) == ["token 1", "token 11", "token 13"])
  }
}
