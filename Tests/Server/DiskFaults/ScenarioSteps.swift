internal import API
internal import Glibc
internal import Store

extension Scenario {
  private static let image = bytes(1, count: 3_000)
  private static let largeImage = bytes(2, count: 40_000)
  private static let thirdImage = bytes(3, count: 600)
  private static let weights = bytes(4, count: 100_000)

  package init() {
    let first = Self.uploads + Self.trainings
    let second = Self.recovery + Self.deletions
    let third = [
      Self.step("open an old store", opensStore: true, origin: .oldStore) { try $0.openStore() }
    ]
    let fourth = [
      Self.step("open a backup", opensStore: true, origin: .backup) { try $0.openStore() }
    ]
    steps = first + second + third + fourth
    var processes: [Range<Int>] = []
    for part in [first, second, third, fourth] {
      let start = processes.last?.upperBound ?? 0
      processes.append(start..<(start + part.count))
    }
    self.processes = processes
  }

  static let backingUp = "back up"
  /// Steps after which there is a backup of what the store holds.
  package var backups: [Int] { steps.indices.filter { steps[$0].name == Self.backingUp } }

  /// The step that finds the closed store which is taken for a backup.
  static let reopening = "open it again"
  package var backupBefore: Int { steps.firstIndex { $0.name == Self.reopening } ?? 0 }

  private static func step(
    _ name: String, opensStore: Bool = false, prelude: Int = 0,
    origin: Origin = .stepBefore, _ run: @escaping @Sendable (Session) async throws -> Void
  ) -> Step {
    Step(name: name, opensStore: opensStore, prelude: prelude, origin: origin, run: run)
  }

  private static var uploads: [Step] {
    [
      step("open a new store", opensStore: true) { try $0.openStore() },
      step("create an account") { try await $0.createAccount("Ada", token: 1) },
      step("create a project") {
        try await $0.createProject("pets", .classification, of: "Ada")
      },
      step("set its classes") { try await $0.setClasses(["cat", "dog"], of: "pets") },
      step("upload an image") {
        try await $0.upload(image, "a.png", .className("cat"), to: "pets")
      },
      step("upload a larger one without a label") {
        try await $0.upload(largeImage, "b.png", nil, to: "pets")
      },
      step("upload the first one again with another label") {
        try await $0.upload(image, "c.png", .className("dog"), to: "pets")
      },
      step("label the second one") { session in
        _ = try await session.open.setAnnotation(
          object(largeImage), annotation: .className("cat"), inProject: "pets",
          of: session.account("Ada"), at: Scenario.start)
      },
      step("create a project for boxes") {
        try await $0.createProject("scenes", .detection, of: "Ada")
      },
      step("set its classes") { try await $0.setClasses(["bird"], of: "scenes") },
      step("upload the first image there with boxes") {
        try await $0.upload(
          image, "d.png",
          .boxes(
            Boxes(boxes: [
              Box(xMin: 1, yMin: 2, xMax: 30, yMax: 40, className: "bird"),
              Box(xMin: 5, yMin: 6, xMax: 70, yMax: 80, className: "bird"),
            ])), to: "scenes")
      },
    ]
  }

  private static var trainings: [Step] {
    [
      step("queue a training") { try await $0.queueTraining(of: "pets") },
      step("start it") { try await $0.startTraining() },
      step("take in its progress", prelude: 1) { session in
        _ = try await session.open.appendTrainingProgress(
          [1, 2, 3], to: session.training("pets").id, at: start)
      },
      step("finish it with its weights", prelude: 2) { session in
        _ = try await session.open.finishTraining(
          session.training("pets").id, weights: session.stageModel(weights),
          facts: ModelFacts(
            architecture: "efficientnet-lite0", inputSide: 224,
            metrics: ModelMetrics(accuracy: 0.9)),
          report: [8], at: start)
      },
      step("publish its model") { session in
        _ = try await session.open.publish(
          nil, ofProject: "pets", of: session.account("Ada"), description: "cats and dogs",
          at: start)
      },
      step("submit an inference") { try await $0.submitInference("1", thirdImage) },
      step("answer it") { session in
        try await session.open.finishInference(
          inference("1"), .done([7, 7]), keepingUntil: start + .seconds(500))
      },
      step("submit another one") { try await $0.submitInference("2", thirdImage) },
      step("queue a training with boxes") { try await $0.queueTraining(of: "scenes") },
      step("start it") { try await $0.startTraining() },
    ]
  }

  private static var recovery: [Step] {
    [
      step("open the store after kill -9", opensStore: true) { try $0.openStore() },
      step("sweep") { try await $0.open.sweepAfterCrash(at: later) },
    ]
  }

  private static var deletions: [Step] {
    [
      step("delete an image that another project has") {
        try await $0.deleteImage(image, of: "pets")
      },
      step("delete an image") { try await $0.deleteImage(largeImage, of: "pets") },
      step("upload it again") {
        try await $0.upload(largeImage, "e.png", .className("dog"), to: "pets")
      },
      step("log in") { session in
        _ = try await session.open.createToken(
          newToken(2), of: session.account("Ada"), at: start)
      },
      step("change the password") { session in
        let page = try await session.open.tokens(
          of: session.account("Ada"), page: PageRequest(), at: start)
        try await session.open.changePassword(
          of: session.account("Ada"), from: "hash of Ada", to: "new hash",
          keeping: TokenID(page.rows[0].id))
      },
      step("create a second account") { try await $0.createAccount("Bob", token: 3) },
      step("create its project") {
        try await $0.createProject("cars", .classification, of: "Bob")
      },
      step("upload to it an image that the first account has") {
        try await $0.upload(image, "f.png", nil, to: "cars", of: "Bob")
      },
      step("upload to it an image of its own") {
        try await $0.upload(bytes(5, count: 5_000), "g.png", nil, to: "cars", of: "Bob")
      },
      step(backingUp) { try await $0.backUp() },
      step("delete a project") { session in
        try await session.open.deleteProject(named: "scenes", of: session.account("Ada"))
      },
      step("delete the second account") { session in
        try await session.open.deleteAccount(session.account("Bob"))
      },
      step(backingUp) { try await $0.backUp() },
      step("close the store") { try $0.close() },
      step(reopening, opensStore: true) { try $0.openStore() },
      step("delete the project with the model") { session in
        try await session.open.deleteProject(named: "pets", of: session.account("Ada"))
      },
      step("close the store again") { try $0.close() },
    ]
  }

  static func object(_ bytes: [UInt8]) -> ObjectHash {
    guard let hash = ObjectHash(hex: Self.hash(bytes)) else { preconditionFailure("not a hash") }
    return hash
  }

  static func newToken(_ number: UInt8) -> NewToken {
    NewToken(
      secretHash: Array(repeating: number, count: 32), label: "token \(number)", scopes: [.read],
      expireTime: start + .seconds(1_000))
  }
}

// MARK: - What steps do

extension Session {
  package func createAccount(_ name: String, token: UInt8) async throws {
    _ = try await open.createAccount(
      name: name, passwordHash: "hash of \(name)", token: Scenario.newToken(token),
      at: Scenario.start)
  }

  func backUp() async throws {
    _ = try await open.backup(to: backupFolder, at: Scenario.later) { _ in }
  }

  func createProject(_ name: String, _ type: ProjectType, of owner: String) async throws {
    _ = try await open.createProject(
      name: name, type: type, description: "", of: account(owner), at: Scenario.start)
  }

  func setClasses(_ names: [String], of project: String) async throws {
    _ = try await open.setClasses(
      names.map { Class(name: $0) }, ofProject: project, of: account("Ada"), at: Scenario.start)
  }

  func upload(
    _ bytes: [UInt8], _ fileName: String, _ annotation: Annotation.Value?, to project: String,
    of owner: String = "Ada"
  ) async throws {
    let upload = try open.stageUpload(bytes: UInt64(bytes.count))
    try await upload.write(UploadedBytes(bytes: bytes))
    guard let staged = await upload.finish() else { preconditionFailure("finished twice") }
    _ = try await open.putImage(
      staged, image: ImageFacts(format: .png, width: 640, height: 480, perceptualHash: 7),
      annotation: annotation, replacing: true, fileName: fileName, inProject: project,
      of: account(owner), at: Scenario.start)
  }

  func deleteImage(_ bytes: [UInt8], of project: String) async throws {
    try await open.deleteImage(
      Scenario.object(bytes), inProject: project, of: account("Ada"))
  }

  func training(_ project: String) async throws -> TrainingRecord {
    try await open.training(1, ofProject: project, of: account("Ada"))
  }

  func queueTraining(of project: String) async throws {
    _ = try await open.queueTraining(
      ofProject: project, of: account("Ada"), parameters: [1, 2], at: Scenario.start
    ) { project in
      var examples: [TrainingExample] = []
      try project.forEachImage { image in
        examples.append(
          TrainingExample(
            object: image.object,
            label: project.project.type == .detection ? .boxes([]) : .classIndex(0),
            group: Int32(image.id), width: image.width, height: image.height))
      }
      return FrozenDataSet(
        classNames: project.project.classes.map(\.name), examples: examples)
    }
  }

  func startTraining() async throws {
    guard let next = try await open.nextQueuedTraining() else {
      throw StoreError.notFound(.training, "next in the queue")
    }
    _ = try await open.startTraining(next.id, at: Scenario.start)
  }

  /// Stages a model as a training does: another opens the file by its name and writes.
  func stageModel(_ bytes: [UInt8]) async throws -> StagedObject {
    let slot = try open.stageSlot()
    let path = folder + "/staging/" + slot.stagedName
    let file = Glibc.open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw StoreError.file(operation: "open", path: path, errno: errno) }
    defer { Glibc.close(file) }
    guard write(file, bytes, bytes.count) == bytes.count else {
      throw StoreError.file(operation: "write", path: path, errno: errno)
    }
    return try await slot.finish(bytesMax: UInt64(bytes.count))
  }

  func submitInference(_ digit: Character, _ image: [UInt8]) async throws {
    let publication = try await open.publication(owner: "Ada", project: "pets", number: nil)
    try await open.submitInference(
      id: Scenario.inference(digit), image: open.stage(image), publication: publication,
      options: InferRequest(), of: account("Ada"), at: Scenario.start)
  }
}

private struct UploadedBytes: ContiguousChunk {
  let bytes: [UInt8]

  func withUnsafeBytes<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try bytes.span.bytes.withUnsafeBytes(body)
  }
}
