import API
import RPCClient
import RPCCore
import SeededRandom

/// A client that does one random thing after the other with a few accounts of its own.
struct TortureWorker: Sendable {
  static let accountsPerWorker = 3
  /// What the first one trains before anything is killed.
  static let model = "w0-0/\(TortureChoice.trained)"

  let number: Int
  let ledger: TortureLedger
  var owners: [TortureOwner]
  var random: SeededGenerator

  init(number: Int, seed: UInt64, ledger: TortureLedger) {
    self.number = number
    self.ledger = ledger
    random = SeededGenerator(seed: seed &* 1_000 &+ UInt64(number))
    owners = (0..<Self.accountsPerWorker).map {
      TortureOwner(user: "w\(number)-\($0)", ledger: ledger)
    }
  }

  /// Works until the torture is over; servers come and go meanwhile.
  mutating func run(on client: any Caller) async throws {
    ledger.begun()
    defer { ledger.ended() }
    while !ledger.isOver {
      let indices = owners.indices.filter { !owners[$0].isGivenUp }
      guard let index = indices.randomElement(using: &random) else { return }
      try await step(index, on: client)
    }
  }

  /// Makes the model.
  mutating func prepare(on client: any Caller) async throws {
    let name = TortureChoice.trained
    try await perform(.createAccount(password: World.password), 0, token: nil, on: client)
    let token = owners[0].usableToken(using: &random)
    var operations: [TortureOperation] = [
      .createProject(name, .classification, description: "the model"),
      .setClasses(name, [Class(name: "red"), Class(name: "blue")]),
    ]
    for (index, picture) in TorturePicture.all.prefix(16).enumerated() {
      let annotation = Annotation(index.isMultiple(of: 2) ? "red" : "blue")
      let upload = TortureUpload(picture: picture, annotation: annotation, fileName: "\(index)")
      operations.append(.put(name, upload))
    }
    for operation in operations + [.train(name)] {
      try await perform(operation, 0, token: token, on: client)
    }
    _ = try await TrainingClient(client).watchTraining(
      .init(training: "\(name)@1"), options: TortureCall.options(secret: token?.secret)
    ) { events in
      try await events.reduce(0) { count, _ in count + 1 }
    }
    try await owners[0].check(using: &random, on: client)
    let publish = TortureOperation.publish(name, version: 1, description: "as trained")
    try await perform(publish, 0, token: token, on: client)
  }

  /// Looks whether all is as it must be, to the last byte.
  mutating func checkAll(on client: any Caller) async throws {
    for index in owners.indices where !owners[index].isGivenUp {
      try await owners[index].resolve(on: client)
      if owners[index].account != nil, owners[index].usableToken(using: &random) == nil {
        try await login(index, on: client)
      }
      try await owners[index].check(using: &random, readsBytes: true, on: client)
      for secret in owners[index].deadSecrets { try await checkDead(secret, on: client) }
    }
  }

  private mutating func step(_ index: Int, on client: any Caller) async throws {
    try await owners[index].resolve(on: client)
    guard !owners[index].isGivenUp else { return }
    guard let account = owners[index].account else {
      let operation = TortureOperation.createAccount(password: "password \(random.next())")
      try await perform(operation, index, token: nil, on: client)
      return
    }
    guard let token = owners[index].usableToken(using: &random) else {
      try await login(index, on: client)
      return
    }
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<8: try await look(index, token.secret, on: client)
    case 8..<12: try await trespass(index, token.secret, on: client)
    case 12..<15:
      guard let place = owners[index].repeats.indices.randomElement(using: &random) else { return }
      try await owners[index].performAgain(place, with: token.secret, on: client)
    default:
      let label = owners[index].newLabel()
      var choice = TortureChoice(user: owners[index].user, account: account, random: random)
      let operation = choice.operation(label: label)
      random = choice.random
      try await perform(
        operation, index, token: self.token(for: operation, index) ?? token, on: client)
      giveHint(index)
    }
  }

  private mutating func perform(
    _ operation: TortureOperation, _ index: Int, token: (label: String, secret: String)?,
    on client: any Caller
  ) async throws {
    let isKeyed = operation.takesKey && Bool.random(using: &random)
    let key = isKeyed ? "torture key \(random.next()) \(random.next())" : nil
    try await owners[index].perform(operation, token: token, key: key, on: client)
  }

  /// Now and then a token that may not do everything.
  private mutating func token(
    for operation: TortureOperation, _ index: Int
  ) -> (label: String, secret: String)? {
    guard Int.random(in: 0..<30, using: &random) == 0, operation.scope != nil else { return nil }
    let tokens = (owners[index].account?.tokens ?? [:]).sorted { $0.key < $1.key }
    guard case .revokeToken = operation else {
      let limited = tokens.filter { $0.value.scopes != TortureToken.allScopes }
      guard let (label, token) = limited.randomElement(using: &random) else { return nil }
      return token.secret.map { (label, $0) }
    }
    return nil
  }

  private mutating func login(_ index: Int, on client: any Caller) async throws {
    guard let password = owners[index].account?.password else { return }
    let login = TortureOperation.login(password: password, label: owners[index].newLabel())
    try await perform(login, index, token: nil, on: client)
    // Refused when there were too many guesses: the only wait for a reason.
    if owners[index].usableToken(using: &random) == nil { try await Task.sleep(for: .seconds(1)) }
  }

  private mutating func giveHint(_ index: Int) {
    guard let account = owners[index].account else { return }
    guard let (name, project) = account.projects.randomElement(using: &random) else { return }
    ledger.give(
      TortureLedger.Hint(
        user: owners[index].user, project: name,
        image: project.images.keys.randomElement(using: &random),
        token: account.tokens.values.compactMap(\.id).randomElement(using: &random),
        inference: account.inferences.keys.randomElement(using: &random)),
      using: &random)
  }
}
