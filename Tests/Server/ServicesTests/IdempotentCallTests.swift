import API
import Codec
import RPCCore
import Store
import Synchronization
import TestSupport
import Testing

@testable import Services

private let key = "0123456789abcdef"

/// The options with a key, and a place for what the server says beside its answer.
private func with(_ key: String, _ options: CallOptions = CallOptions()) -> CallOptions {
  var options = options
  options.idempotencyKey = key
  options.response = ResponseMetadata()
  return options
}

private func wasReplayed(_ options: CallOptions) -> Bool {
  options.response?.trailers["idempotent-replayed"] == "true"
}

struct KeyedCallTests {
  @Test func `a repeated call gives the first answer and does nothing more`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      let request = CreateProjectRequest(project: "pets", type: .detection)
      let first = with(key, ada)
      let made = try await clients.data.createProject(request, options: first)
      #expect(!wasReplayed(first))
      let second = with(key, ada)
      #expect(try await clients.data.createProject(request, options: second) == made)
      #expect(wasReplayed(second))
      _ = try await clients.data.deleteProject(.init(project: "pets"), options: with("other", ada))
      #expect(try await clients.data.createProject(request, options: with(key, ada)) == made)
      #expect(try await clients.data.listProjects(.init(), options: ada).projects.isEmpty)
      _ = try await clients.data.deleteProject(.init(project: "pets"), options: with("other", ada))
    }
  }

  @Test func `another request under the key is refused, another caller's is not`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account("ada")
      let bob = try await clients.account("bob")
      let request = CreateProjectRequest(project: "pets", type: .detection)
      _ = try await clients.data.createProject(request, options: with(key, ada))
      let other = CreateProjectRequest(project: "birds", type: .detection)
      #expect(
        await code { try await clients.data.createProject(other, options: with(key, ada)) }
          == .failedPrecondition)
      let method = DeleteProjectRequest(project: "pets")
      #expect(
        await code { try await clients.data.deleteProject(method, options: with(key, ada)) }
          == .failedPrecondition)
      _ = try await clients.data.createProject(other, options: with(key, bob))
      #expect(try await clients.data.listProjects(.init(), options: ada).projects.count == 1)
    }
  }

  @Test func `a refusal that later calls would not meet is kept, one that may pass is not`()
    async throws
  {
    let isBroken = Mutex(true)
    let eye = FakeEye { bytes in
      if isBroken.withLock({ $0 }) { throw Status(.unavailable, "the engine died") }
      return try FakeEye.usual(bytes)
    }
    try await DataWorld(eye: eye).serve { clients in
      let ada = try await clients.account()
      try await clients.project("pets", .classification, ada)
      let request = CreateProjectRequest(project: "pets", type: .detection)
      let first = await refusal {
        try await clients.data.createProject(request, options: with(key, ada))
      }
      _ = try await clients.data.deleteProject(.init(project: "pets"), options: ada)
      let second = await refusal {
        try await clients.data.createProject(request, options: with(key, ada))
      }
      #expect(first?.code == .alreadyExists && second == first)
      try await clients.project("pets", .classification, ada)

      let put = PutImageRequest(project: "pets", image: Bytes("image".utf8))
      let options = with("image", ada)
      #expect(
        await code { try await clients.data.putImage(put, options: options) } == .unavailable)
      isBroken.withLock { $0 = false }
      #expect(try await clients.data.putImage(put, options: options).created)
      #expect(try await clients.data.putImage(put, options: options).created)
      #expect(try await !clients.data.putImage(put, options: ada).created)
    }
  }

  @Test func `an answer is kept for a day`() async throws {
    let world = try DataWorld()
    try await world.serve { clients in
      let ada = try await clients.account()
      let request = CreateProjectRequest(project: "pets", type: .detection)
      _ = try await clients.data.createProject(request, options: with(key, ada))
      world.time.advance(by: .milliseconds(86_399_999))
      let before = with(key, ada)
      _ = try await clients.data.createProject(request, options: before)
      #expect(wasReplayed(before))
      world.time.advance(by: .milliseconds(1))
      #expect(
        await code { try await clients.data.createProject(request, options: with(key, ada)) }
          == .alreadyExists)
    }
  }

  @Test func `an account is made once, and whoever repeats the call has its first token`()
    async throws
  {
    try await DataWorld().serve { clients in
      let request = CreateAccountRequest(user: "Ada", password: "password")
      let made = try await clients.auth.createAccount(request, options: with(key))
      let again = try await clients.auth.createAccount(request, options: with(key))
      #expect(again == made)
      let secret = again.secret
      let tokens = try await clients.auth.listTokens(.init(), options: clients.with(secret))
      #expect(tokens.tokens.count == 1)
      var guess = request
      guess.password = "passwore"
      #expect(
        await code { try await clients.auth.createAccount(guess, options: with(key)) }
          == .failedPrecondition)
      // Of a name that somebody else has, nothing is kept.
      guess.user = "ada"
      #expect(
        await code { try await clients.auth.createAccount(guess, options: with(key + "x")) }
          == .alreadyExists)
      let other = CreateTokenRequest(label: "laptop", scopes: [.read])
      let token = try await clients.auth.createToken(
        other, options: with(key + "y", clients.with(secret)))
      #expect(
        try await clients.auth.createToken(other, options: with(key + "y", clients.with(secret)))
          == token)
    }
  }

  @Test(arguments: [(15, false), (16, true), (128, true), (129, false)])
  func `a key that protects secrets is neither short nor past the limit`(
    bytes: Int, isTaken: Bool
  ) async throws {
    try await DataWorld().serve { clients in
      let request = CreateAccountRequest(user: "ada", password: "password")
      let options = with(String(repeating: "k", count: bytes))
      if isTaken {
        _ = try await clients.auth.createAccount(request, options: options)
      } else {
        let expected: StatusCode = bytes < 16 ? .invalidArgument : .resourceExhausted
        let code = await code { try await clients.auth.createAccount(request, options: options) }
        #expect(code == expected)
      }
    }
  }

  @Test func `a method whose answer is not kept refuses a key`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account(password: "password")
      let login = LoginRequest(user: "ada", password: "password")
      #expect(
        await code { try await clients.auth.login(login, options: with(key)) } == .invalidArgument)
      let delete = DeleteAccountRequest(password: "password")
      #expect(
        await code { try await clients.auth.deleteAccount(delete, options: with(key, ada)) }
          == .invalidArgument)
      #expect(
        await code {
          try await clients.data.putImages(options: with(key, ada)) { _ in }
        } == .invalidArgument)
      // A question may have one; it is answered anew each time.
      _ = try await clients.data.listProjects(.init(), options: with(key, ada))
    }
  }

  @Test func `a repetition waits while the first call runs, and is given its answer`()
    async throws
  {
    let world = try DataWorld()
    let now = Timestamp(unixMilliseconds: world.time.unixMilliseconds)
    let ada = try await world.store.createAccount(
      name: "ada", passwordHash: "hash",
      token: NewToken(
        secretHash: [UInt8](repeating: 1, count: 32), label: "", scopes: [],
        expireTime: now + .seconds(1)), at: now
    ).account
    let keyed = IdempotentCalls(store: world.store, limits: ServiceLimits()) { now }
    let context = ServerContext(
      method: MethodDescriptor(service: "t.T", name: "Do", kind: .unary),
      request: CallRequest(path: "t.T/Do", idempotencyKey: key), peer: "test", connection: "c",
      stream: 1)
    let gate = Gate()
    let begun = LevelMeter()
    let served = LevelMeter()  // Nobody leaves: its highest is how many there were.
    @Sendable func call() async throws -> Project {
      begun.enter()
      return try await keyed.answer(CreateProjectRequest(), context, of: "Ada") { keeper in
        served.enter()
        try await gate.pass()
        let answer = Project(project: "ada/pets")
        _ = try await world.store.createProject(
          name: "pets", type: .detection, description: "", of: ada.id, at: now,
          keeping: keeper?.keeping { _ in answer })
        return answer
      }
    }
    try await withThrowingTaskGroup(of: Project.self) { group in
      for _ in 0..<4 { group.addTask { try await call() } }
      try await eventually(within: .seconds(20), "the calls") {
        begun.highest == 4 && served.highest == 1
      }
      gate.open()
      for try await answer in group { #expect(answer.name == "pets") }
    }
    #expect(served.highest == 1)
  }

  @Test func `a repetition that is cancelled waits no longer`() async throws {
    let world = try DataWorld()
    let keyed = IdempotentCalls(store: world.store, limits: ServiceLimits()) {
      Timestamp(unixMilliseconds: 0)
    }
    let context = ServerContext(
      method: MethodDescriptor(service: "t.T", name: "Do", kind: .unary),
      request: CallRequest(path: "t.T/Do", idempotencyKey: key), peer: "test", connection: "c",
      stream: 1)
    let gate = Gate()
    _ = try await keyed.answer(WhoAmIRequest(), context, of: "ada") { _ in
      await #expect(throws: CancellationError.self) {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            _ = try await keyed.answer(WhoAmIRequest(), context, of: "ADA") { _ in
              Issue.record("served beside the first call")
              return Account()
            }
          }
          group.cancelAll()
          try await group.waitForAll()
        }
      }
      gate.open()
      return Account()
    }
    try await gate.pass()
  }
}

struct CallKeyTests {
  private let answer = Array("diyml_secret".utf8)

  @Test func `an answer opens with its key and request alone, and shows nothing`() throws {
    let key = IdempotencySecret("a key", of: "Ada")
    let request = key.fingerprint(of: Array("password".utf8), to: "t.T/Do")
    let sealed = key.seal(answer, to: request)
    #expect(try IdempotencySecret("a key", of: "ada").open(sealed, to: request) == answer)
    #expect(sealed.firstRange(of: Array("secret".utf8)) == nil)
    #expect(key.seal(answer, to: request) != sealed)
    for other in [IdempotencySecret("a kez", of: "ada"), IdempotencySecret("a key", of: "bob")] {
      #expect(other.name != key.name)
      #expect(throws: (any Error).self) { try other.open(sealed, to: request) }
    }
    let elsewhere = key.fingerprint(of: Array("password".utf8), to: "t.T/Undo")
    #expect(elsewhere != request)
    #expect(throws: (any Error).self) { try key.open(sealed, to: elsewhere) }
  }

  @Test(arguments: [0, 11, 12, 20, -1])
  func `an answer that was changed does not open`(place: Int) throws {
    let key = IdempotencySecret("a key", of: "Ada")
    let request = key.fingerprint(of: [1], to: "t.T/Do")
    var sealed = key.seal(answer, to: request)
    sealed[place < 0 ? sealed.count - 1 : place] ^= 1
    #expect(throws: (any Error).self) { try key.open(sealed, to: request) }
    #expect(throws: (any Error).self) { try key.open(Array(sealed.prefix(27)), to: request) }
    #expect(throws: (any Error).self) { try key.open([], to: request) }
  }
}
