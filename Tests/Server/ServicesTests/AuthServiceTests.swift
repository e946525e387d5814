import API
import RPCCore
import Store
import TestSupport
import Testing
import WellKnownTypes

@testable import Services

struct AuthServiceTests {
  @Test func `an account is made, and its token says who it is`() async throws {
    let world = try DataWorld()
    try await world.serve { clients in
      let made = try await clients.auth.createAccount(
        CreateAccountRequest(user: "Ada", password: "password"))
      let issued = made
      let who = try await clients.auth.whoAmI(WhoAmIRequest(), options: clients.with(issued.secret))
      #expect(who.user == "Ada")
      #expect(who.token == issued.token)
      #expect(who.token?.scopes == [.read, .write, .train, .publish, .infer, .account])
      #expect(
        who.createTime == ProtoTimestamp(Timestamp(unixMilliseconds: world.time.unixMilliseconds)))
      #expect(
        who.token?.expireTime
          == ProtoTimestamp(
            Timestamp(unixMilliseconds: world.time.unixMilliseconds) + .seconds(2_592_000)))
      let exists = try await clients.auth.userExists(UserExistsRequest(user: "ADA"))
      #expect(exists.exists)
      let other = try await clients.auth.userExists(UserExistsRequest(user: "bob"))
      #expect(!other.exists)
    }
  }

  private static let credentials: [(String, Int, Bool)] = [
    ("a", 8, true), (String(repeating: "a", count: 64), 256, true), ("A.b_c-9", 8, true),
    ("", 8, false), (String(repeating: "a", count: 65), 8, false), ("ada", 7, false),
    ("ada", 257, false), ("..", 8, false), ("a..b", 8, false), (".a", 8, false), ("-a", 8, false),
    ("a/b", 8, false), ("a b", 8, false), ("a\0b", 8, false), ("é", 8, false), ("a\n", 8, false),
  ]

  @Test(arguments: credentials)
  func `names and passwords are held to their bounds`(
    user: String, passwordBytes: Int, isAccepted: Bool
  ) async throws {
    let world = try DataWorld()
    try await world.serve { clients in
      let request = CreateAccountRequest(
        user: user, password: String(repeating: "p", count: passwordBytes))
      if isAccepted {
        _ = try await clients.auth.createAccount(request)
      } else {
        #expect(
          await code { try await clients.auth.createAccount(request) } == .invalidArgument)
      }
    }
  }

  @Test func `a name that is taken in another case is refused`() async throws {
    try await DataWorld().serve { clients in
      _ = try await clients.account("ada")
      let status = await refusal {
        try await clients.auth.createAccount(
          CreateAccountRequest(user: "ADA", password: "password"))
      }
      #expect(status?.code == .alreadyExists)
      #expect(status?.details.dropFirst() == [.resource(kind: "account", name: "ADA")])
    }
  }

  @Test func `a login needs the right password and does not say what was wrong`() async throws {
    try await DataWorld().serve { clients in
      _ = try await clients.account("ada", password: "password")
      let answer = try await clients.auth.login(
        LoginRequest(user: "Ada", password: "password", tokenLabel: "laptop"))
      #expect(answer.token?.label == "laptop")
      let wrong = await refusal {
        try await clients.auth.login(LoginRequest(user: "ada", password: "passwore"))
      }
      let unknown = await refusal {
        try await clients.auth.login(LoginRequest(user: "bob", password: "password"))
      }
      #expect(wrong?.code == .unauthenticated)
      #expect(wrong == unknown)
    }
  }

  @Test(arguments: [
    [], ["Bearer"], ["Bearer "], ["Basic diyml_"], ["Bearer x"], ["diyml_"],
    ["Bearer diyml_" + String(repeating: "A", count: 43)],
    ["Bearer  diyml_" + String(repeating: "A", count: 43)],
  ])
  func `a call without a good token is unauthenticated`(values: [String]) async throws {
    try await DataWorld().serve { clients in
      var metadata = Metadata()
      for value in values { metadata.add(value, for: "authorization") }
      let options = CallOptions(metadata: metadata)
      #expect(
        await code { try await clients.auth.whoAmI(WhoAmIRequest(), options: options) }
          == .unauthenticated)
    }
  }

  @Test func `two tokens in one call are none`() async throws {
    try await DataWorld().serve { clients in
      var options = try await clients.account()
      let value = try #require(options.metadata["authorization"])
      options.metadata.add(value, for: "authorization")
      #expect(
        await code { try await clients.auth.whoAmI(WhoAmIRequest(), options: options) }
          == .unauthenticated)
    }
  }

  @Test func `a token is good until the moment it expires`() async throws {
    let world = try DataWorld()
    try await world.serve { clients in
      let ada = try await clients.account()
      let made = try await clients.auth.createToken(
        CreateTokenRequest(label: "short", scopes: [.read], lifetime: ProtoDuration(.seconds(10))),
        options: ada)
      let short = clients.with(made.secret)
      world.time.advance(by: .milliseconds(9_999))
      _ = try await clients.auth.whoAmI(WhoAmIRequest(), options: short)
      world.time.advance(by: .milliseconds(1))
      #expect(
        await code { try await clients.auth.whoAmI(WhoAmIRequest(), options: short) }
          == .unauthenticated)
    }
  }

  @Test func `who logs in too often loses the oldest login and is never locked out`() async throws {
    var limits = StoreLimits()
    (limits.accountLoginTokensMax, limits.accountTokensMax) = (2, 1)
    try await DataWorld(storeLimits: limits).serve { clients in
      let first = try await clients.account()
      let scopes = CreateTokenRequest(scopes: [.read])
      let kept = try await clients.auth.createToken(scopes, options: first)
      var logins = [first]
      for _ in 0..<3 {
        let login = try await clients.auth.login(LoginRequest(user: "ada", password: "password"))
        logins.append(clients.with(login.secret))
      }
      for login in logins.prefix(2) {
        let code = await code { try await clients.auth.whoAmI(WhoAmIRequest(), options: login) }
        #expect(code == .unauthenticated)
      }
      for login in logins.suffix(2) {
        _ = try await clients.auth.whoAmI(WhoAmIRequest(), options: login)
      }
      let api = clients.with(kept.secret)
      _ = try await clients.auth.whoAmI(WhoAmIRequest(), options: api)
      #expect(
        await code { try await clients.auth.createToken(scopes, options: logins[3]) }
          == .resourceExhausted)
    }
  }

  @Test func `a token's scopes, label and lifetime are held to their bounds`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      func make(_ request: CreateTokenRequest) async throws -> IssuedToken? {
        try await clients.auth.createToken(request, options: ada)
      }
      let label = String(repeating: "l", count: 64)
      let made = try await make(
        CreateTokenRequest(
          label: label, scopes: [.infer, .read, .read],
          lifetime: ProtoDuration(.seconds(31_536_000))))
      #expect(made?.token?.scopes == [.read, .infer])
      let bad = [
        CreateTokenRequest(label: label + "l", scopes: [.read]),
        CreateTokenRequest(label: "a\u{1b}[2J", scopes: [.read]),
        CreateTokenRequest(scopes: []), CreateTokenRequest(scopes: [.unspecified]),
        CreateTokenRequest(scopes: [.read, .unrecognized(7)]),
        CreateTokenRequest(scopes: [.unrecognized(33)]),
        CreateTokenRequest(scopes: [.read], lifetime: ProtoDuration(.seconds(31_536_001))),
        CreateTokenRequest(scopes: [.read], lifetime: ProtoDuration(seconds: .max)),
        CreateTokenRequest(scopes: [.read], lifetime: ProtoDuration()),
        CreateTokenRequest(scopes: [.read], lifetime: ProtoDuration(seconds: -1)),
      ]
      for request in bad { #expect(await code { try await make(request) } == .invalidArgument) }
    }
  }

  @Test func `no token makes one that may do more than itself`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      let made = try await clients.auth.createToken(
        CreateTokenRequest(scopes: [.account, .read]), options: ada)
      let narrow = clients.with(made.secret)
      _ = try await clients.auth.createToken(CreateTokenRequest(scopes: [.read]), options: narrow)
      let refused = await code {
        try await clients.auth.createToken(CreateTokenRequest(scopes: [.write]), options: narrow)
      }
      #expect(refused == .permissionDenied)
    }
  }

  @Test func `a token without the account scope may only ask about and revoke itself`()
    async throws
  {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      let made = try await clients.auth.createToken(
        CreateTokenRequest(scopes: [.read, .write, .train, .publish, .infer]), options: ada)
      let issued = made
      let narrow = clients.with(issued.secret)
      let own = try await clients.auth.whoAmI(WhoAmIRequest(), options: ada).token?.id ?? 0
      let auth = clients.auth
      #expect(
        await code { try await auth.listTokens(.init(), options: narrow) } == .permissionDenied)
      #expect(
        await code { try await auth.createToken(.init(scopes: [.read]), options: narrow) }
          == .permissionDenied)
      #expect(
        await code { try await auth.deleteAccount(.init(password: "password"), options: narrow) }
          == .permissionDenied)
      let change = ChangePasswordRequest(oldPassword: "password", newPassword: "new password")
      #expect(
        await code { try await auth.changePassword(change, options: narrow) } == .permissionDenied)
      #expect(
        await code { try await auth.revokeToken(.init(token: .id(own)), options: narrow) }
          == .permissionDenied)
      _ = try await auth.whoAmI(WhoAmIRequest(), options: narrow)
      _ = try await auth.revokeToken(
        RevokeTokenRequest(token: .current(ProtoEmpty())), options: narrow)
      #expect(await code { try await auth.whoAmI(.init(), options: narrow) } == .unauthenticated)
    }
  }

  @Test func `tokens are listed page by page, and another's cannot be revoked`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account("ada")
      let bob = try await clients.account("bob")
      for label in ["a", "b", "c", "d"] {
        _ = try await clients.auth.createToken(
          CreateTokenRequest(label: label, scopes: [.read]), options: ada)
      }
      var labels: [String] = []
      var ids: [Int64] = []
      var request = ListTokensRequest(pageSize: 2)
      repeat {
        let page = try await clients.auth.listTokens(request, options: ada)
        #expect(page.tokens.count <= 2)
        labels += page.tokens.map(\.label)
        ids += page.tokens.map(\.id)
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      #expect(labels == ["", "a", "b", "c", "d"])
      let id = ids[1]
      #expect(
        await code { try await clients.auth.revokeToken(.init(token: .id(id)), options: bob) }
          == .notFound)
      _ = try await clients.auth.revokeToken(RevokeTokenRequest(token: .id(id)), options: ada)
      let left = try await clients.auth.listTokens(ListTokensRequest(), options: ada)
      #expect(left.tokens.map(\.label) == ["", "b", "c", "d"])
    }
  }

  @Test(arguments: [
    (1_000, "", true), (1_001, "", false), (1, "x", false), (1, "99999999999999999999", false),
  ])
  func `pages are held to their bounds`(size: Int32, token: String, isAccepted: Bool) async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      let request = ListTokensRequest(pageSize: size, pageToken: token)
      if isAccepted {
        _ = try await clients.auth.listTokens(request, options: ada)
      } else {
        #expect(
          await code { try await clients.auth.listTokens(request, options: ada) }
            == .invalidArgument)
      }
    }
  }

  @Test func `a new password replaces the old one and every other token`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account("ada", password: "password")
      let login = try await clients.auth.login(LoginRequest(user: "ada", password: "password"))
      let other = clients.with(login.secret)
      let wrong = ChangePasswordRequest(oldPassword: "passwore", newPassword: "new password")
      let refused = await refusal { try await clients.auth.changePassword(wrong, options: ada) }
      #expect(refused?.reason == .wrongPassword)
      let short = ChangePasswordRequest(oldPassword: "password", newPassword: "1234567")
      #expect(
        await code { try await clients.auth.changePassword(short, options: ada) }
          == .invalidArgument)
      _ = try await clients.auth.changePassword(
        ChangePasswordRequest(oldPassword: "password", newPassword: "new password"), options: ada)
      _ = try await clients.auth.whoAmI(WhoAmIRequest(), options: ada)
      #expect(
        await code { try await clients.auth.whoAmI(.init(), options: other) } == .unauthenticated)
      #expect(
        await code { try await clients.auth.login(.init(user: "ada", password: "password")) }
          == .unauthenticated)
      _ = try await clients.auth.login(LoginRequest(user: "ada", password: "new password"))
    }
  }

  @Test func `deleting an account needs its password and frees its name`() async throws {
    let world = try DataWorld()
    try await world.serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      try await clients.put("a cat", Annotation(value: .className("cat")), ada)
      let wrong = DeleteAccountRequest(password: "passwore")
      let refused = await refusal { try await clients.auth.deleteAccount(wrong, options: ada) }
      #expect(refused?.reason == .wrongPassword)
      #expect(try world.folder.files(in: "objects").count == 1)
      _ = try await clients.auth.deleteAccount(
        DeleteAccountRequest(password: "password"), options: ada)
      #expect(
        await code { try await clients.auth.whoAmI(.init(), options: ada) } == .unauthenticated)
      #expect(try world.folder.files(in: "objects").isEmpty)
      let again = try await clients.account()
      let projects = try await clients.data.listProjects(ListProjectsRequest(), options: again)
      #expect(projects.projects.isEmpty)
    }
  }

  @Test func `asking for many names is slowed down`() async throws {
    var limits = ServiceLimits()
    limits.userExistsBurst = 3
    limits.userExistsRefill = .seconds(2)
    let world = try DataWorld(limits: limits)
    try await world.serve { clients in
      let request = UserExistsRequest(user: "ada")
      for _ in 0..<3 { _ = try await clients.auth.userExists(request) }
      let status = await refusal { try await clients.auth.userExists(request) }
      #expect(status?.code == .resourceExhausted)
      #expect(status?.details.dropFirst() == [.retryAfter(.seconds(2))])
      world.time.advance(by: .seconds(2))
      _ = try await clients.auth.userExists(request)
    }
  }

  @Test func `guessing one account's password is slowed down, and no other account`() async throws {
    var limits = ServiceLimits()
    limits.loginBurst = 2
    limits.loginRefill = .seconds(5)
    let world = try DataWorld(limits: limits)
    try await world.serve { clients in
      let guess = LoginRequest(user: "ada", password: "wrong-guess")
      for _ in 0..<2 {
        let status = await refusal { try await clients.auth.login(guess) }
        #expect(status?.code == .unauthenticated)
      }
      let shouted = LoginRequest(user: "ADA", password: "wrong-guess")
      let status = await refusal { try await clients.auth.login(shouted) }
      #expect(status?.code == .resourceExhausted)
      #expect(status?.reason == .tooManyAttempts)
      #expect(status?.details.contains(.retryAfter(.seconds(5))) == true)
      let other = await refusal {
        try await clients.auth.login(LoginRequest(user: "bob", password: "wrong-guess"))
      }
      #expect(other?.code == .unauthenticated)
      world.time.advance(by: .seconds(5))
      let later = await refusal { try await clients.auth.login(guess) }
      #expect(later?.code == .unauthenticated)
    }
  }
}
