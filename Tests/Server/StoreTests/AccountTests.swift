import API
import Store
import Testing
import WellKnownTypes

struct AccountTests {
  @Test(arguments: ["Ada", "ada", "ADA"])
  func `a name is taken in whatever case`(name: String) async throws {
    let fixture = try await StoreFixture()
    #expect(try await fixture.store.account(named: name)?.name == "Ada")
    await #expect(throws: StoreError.alreadyExists(.account, name)) {
      try await fixture.makeAccount(name, seed: 2)
    }
  }

  @Test func `an unknown account is nothing by name and not found by number`() async throws {
    let fixture = try await StoreFixture()
    #expect(try await fixture.store.account(named: "grace") == nil)
    await #expect(throws: StoreError.notFound(.account, "number 99")) {
      try await fixture.store.account(AccountID(99))
    }
  }

  @Test func `a token authenticates until the moment it expires`() async throws {
    let fixture = try await StoreFixture()
    let expiry = StoreFixture.start + .seconds(1_000)
    #expect(fixture.adaToken.expireTime == ProtoTimestamp(expiry))
    let before = Timestamp(unixMilliseconds: expiry.unixMilliseconds - 1)
    let secret = StoreFixture.secretHash(1)
    let found = try await fixture.store.authenticate(secretHash: secret, at: before)
    #expect(found?.account == fixture.ada)
    #expect(found?.token == fixture.adaToken)
    #expect(try await fixture.store.authenticate(secretHash: secret, at: expiry) == nil)
  }

  @Test func `scopes come back in the contract's order, each once`() async throws {
    let fixture = try await StoreFixture()
    var token = StoreFixture.newToken(2)
    token.scopes = [.account, .read, .account]
    let made = try await fixture.store.createToken(
      token, of: fixture.ada.id, at: StoreFixture.start)
    #expect(made.scopes == [.read, .account])
    let found = try await fixture.store.authenticate(
      secretHash: StoreFixture.secretHash(2), at: StoreFixture.start)
    #expect(found?.token == made)
  }

  @Test func `an unknown secret authenticates nobody`() async throws {
    let fixture = try await StoreFixture()
    let found = try await fixture.store.authenticate(
      secretHash: StoreFixture.secretHash(9), at: StoreFixture.start)
    #expect(found == nil)
  }

  @Test func `a revoked token is gone, and only its owner can revoke it`() async throws {
    let fixture = try await StoreFixture()
    let grace = try await fixture.makeAccount("grace", seed: 2)
    await #expect(throws: StoreError.notFound(.token, "\(fixture.adaToken.id)")) {
      try await fixture.store.revokeToken(TokenID(fixture.adaToken.id), of: grace.id)
    }
    try await fixture.store.revokeToken(TokenID(fixture.adaToken.id), of: fixture.ada.id)
    let found = try await fixture.store.authenticate(
      secretHash: StoreFixture.secretHash(1), at: StoreFixture.start)
    #expect(found == nil)
  }

  @Test func `tokens are counted up to the limit, and expired ones make room`() async throws {
    var limits = StoreLimits()
    limits.accountTokensMax = 2
    let fixture = try await StoreFixture(limits: limits)
    let short = StoreFixture.newToken(2, lifetime: .seconds(1))
    _ = try await fixture.store.createToken(short, of: fixture.ada.id, at: StoreFixture.start)
    await #expect(throws: StoreError.limit(name: "tokens", value: 3, limit: 2)) {
      try await fixture.store.createToken(
        StoreFixture.newToken(3), of: fixture.ada.id, at: StoreFixture.start)
    }
    let later = StoreFixture.start + .seconds(1)
    _ = try await fixture.store.createToken(
      StoreFixture.newToken(3), of: fixture.ada.id, at: later)
    let tokens = try await fixture.store.tokens(
      of: fixture.ada.id, page: PageRequest(), at: later)
    #expect(tokens.rows.map(\.label) == ["token 1", "token 3"])
  }

  @Test func `changing the password revokes every other token`() async throws {
    let fixture = try await StoreFixture()
    _ = try await fixture.store.createToken(
      StoreFixture.newToken(2), of: fixture.ada.id, at: StoreFixture.start)
    try await fixture.store.changePassword(
      of: fixture.ada.id, from: "hash", to: "new", keeping: TokenID(fixture.adaToken.id))
    let tokens = try await fixture.store.tokens(
      of: fixture.ada.id, page: PageRequest(), at: StoreFixture.start)
    #expect(tokens.rows == [fixture.adaToken])
    #expect(try await fixture.store.account(fixture.ada.id).passwordHash == "new")
    await #expect(throws: StoreError.changedMeanwhile(.account)) {
      try await fixture.store.changePassword(
        of: fixture.ada.id, from: "hash", to: "third", keeping: TokenID(fixture.adaToken.id))
    }
  }

  @Test(arguments: [1, 2, 3, 4, 1_000] as [Int32])
  func `pages of tokens show each once and in order`(rowsMax: Int32) async throws {
    let fixture = try await StoreFixture()
    for seed in 2...7 as ClosedRange<UInt64> {
      _ = try await fixture.store.createToken(
        StoreFixture.newToken(seed), of: fixture.ada.id, at: StoreFixture.start)
    }
    var seen: [String] = []
    var request = PageRequest<Int64>(rowsMax: rowsMax)
    repeat {
      let page = try await fixture.store.tokens(
        of: fixture.ada.id, page: request, at: StoreFixture.start)
      #expect(page.rows.count <= Int(rowsMax))
      seen += page.rows.map(\.label)
      request.after = page.next
    } while request.after != nil
    #expect(seen == (1...7).map { "token \($0)" })
  }

  @Test func `deleting an account takes everything of it and nothing of others`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    let store = fixture.store
    let grace = try await fixture.makeAccount("grace", seed: 2)
    try await fixture.makeProject()
    try await fixture.makeProject("hers", of: grace.id)
    try await fixture.put("shared", .className("cat"))
    try await fixture.put("only ada's", .className("dog"))
    try await fixture.put("shared", .className("dog"), in: "hers", of: grace.id)
    _ = try await fixture.train()
    let published = try await store.publish(
      nil, ofProject: "pets", of: fixture.ada.id, description: "", at: StoreFixture.start)
    try await store.submitInference(
      id: String(repeating: "a", count: 32), image: store.stage([1, 2, 3]),
      publication: published, options: InferRequest(topK: 1), of: fixture.ada.id,
      at: StoreFixture.start)
    try await store.submitInference(
      id: String(repeating: "b", count: 32), image: store.stage([4, 5, 6]),
      publication: published, options: InferRequest(topK: 1), of: grace.id,
      at: StoreFixture.start)
    #expect(try fixture.folder.objectFiles().count == 5)

    try await store.deleteAccount(fixture.ada.id)

    #expect(try await store.account(named: "ada") == nil)
    let token = try await store.authenticate(
      secretHash: StoreFixture.secretHash(1), at: StoreFixture.start)
    #expect(token == nil)
    await #expect(throws: StoreError.notFound(.publication, "Ada/pets")) {
      try await store.publication(owner: "Ada", project: "pets", number: nil)
    }
    try await fixture.store.removeLeftovers()
    // What is left: the image that grace has too, and the one that waits for her answer.
    #expect(try fixture.folder.objectFiles().count == 2)
    let waiting = try await store.pendingInferences(page: PageRequest()).rows
    #expect(waiting.map(\.account) == [grace.id])
    #expect(waiting.map(\.training) == [nil])
    #expect(try await store.project(named: "hers", of: grace.id).message.imageCount == 1)
    await #expect(throws: StoreError.notFound(.account, "number \(fixture.ada.id.rawValue)")) {
      try await store.deleteAccount(fixture.ada.id)
    }
  }
}
