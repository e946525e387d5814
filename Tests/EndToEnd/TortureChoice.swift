import API
import SeededRandom

/// Chooses what a client does next: everything now and then, and mostly what fills an account.
struct TortureChoice {
  static let classNames = ["red", "blue", "green", "tall", "wide"]
  /// Accounts have few projects, so that names come again.
  static let projectNames = ["p0", "p1", "p2", "p3"]
  /// A project with a model, which nobody deletes.
  static let trained = "trained"

  let user: String
  let account: TortureAccount
  var random: SeededGenerator

  private mutating func isOneOf(_ count: Int) -> Bool {
    Int.random(in: 0..<count, using: &random) == 0
  }

  private mutating func any<C: Collection>(_ values: C, _ otherwise: C.Element) -> C.Element {
    values.randomElement(using: &random) ?? otherwise
  }

  /// A project that is there, or now and then one that may not be.
  private mutating func projectName() -> String {
    let present = account.projects.keys.filter { $0 != Self.trained }.sorted()
    return isOneOf(20) ? any(Self.projectNames, "p0") : any(present, "p0")
  }

  /// `label` is for a token that the operation may make.
  mutating func operation(label: String) -> TortureOperation {
    if account.projects.count < 2, !isOneOf(4) { return createProject() }
    switch Int.random(in: 0..<1_000, using: &random) {
    case 0..<15: return createProject()
    case 15..<25: return .deleteProject(projectName())
    case 25..<85: return setClasses()
    case 85..<95: return .deleteClasses(projectName(), force: isOneOf(2))
    case 95..<500: return put()
    case 500..<600: return putAll()
    case 600..<720: return relabel()
    case 720..<860: return deleteImage()
    case 860..<940: return accountOperation(label)
    case 940..<970: return trainingOperation()
    default: return modelOperation()
    }
  }

  private mutating func accountOperation(_ label: String) -> TortureOperation {
    let wrong = isOneOf(3) ? "a wrong password" : account.password
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<8 where account.projects[Self.trained] == nil: return .deleteAccount(password: wrong)
    case 8..<15: return .createAccount(password: "another password")
    case 15..<30: return .login(password: wrong, label: label)
    case 30..<40:
      return .changePassword(from: wrong, to: "password \(random.next())")
    case 40..<70 where account.tokens.count < 12:
      return .createToken(label: label, scopes: scopes())
    default: return revokeToken()
    }
  }

  private mutating func scopes() -> [Scope] {
    if isOneOf(2) { return TortureToken.allScopes }
    let some = TortureToken.allScopes.filter { _ in Bool.random(using: &random) }
    return some.isEmpty ? [.read] : some
  }

  /// Not of the last one that may do everything.
  private mutating func revokeToken() -> TortureOperation {
    let usable = account.tokens.values.filter(\.isUsable)
    let ids = account.tokens.values.filter { usable.count > 1 || !$0.isUsable }.compactMap(\.id)
    return .revokeToken(id: any(ids.sorted(), 999_999_999))
  }

  private mutating func createProject() -> TortureOperation {
    let type: ProjectType = isOneOf(3) ? .detection : .classification
    return .createProject(any(Self.projectNames, "p0"), type, description: "made \(random.next())")
  }

  private mutating func setClasses() -> TortureOperation {
    let name = projectName()
    let present = account.projects[name]?.classes ?? []
    var list = present.filter { _ in !isOneOf(8) }.shuffled(using: &random)
    if !list.isEmpty, isOneOf(4) {
      let index = Int.random(in: 0..<list.count, using: &random)
      list[index].name = "renamed \(random.next())"
    }
    for className in Self.classNames where list.count < 4 && isOneOf(2) {
      if !list.contains(where: { $0.name == className }) { list.append(Class(name: className)) }
    }
    // Without a number the server finds the class by its name.
    if isOneOf(3) {
      for index in list.indices { list[index].id = 0 }
    }
    if isOneOf(40) { list.append(Class(id: 4_000, name: "of an unknown number")) }
    return .setClasses(name, list)
  }
}

// MARK: - Images

extension TortureChoice {
  /// `place` keeps the images of one stream apart.
  private mutating func upload(at place: Int?, in name: String) -> TortureUpload {
    let number = Int.random(in: 0..<TorturePicture.all.count / 4, using: &random) * 4
    let picture = TorturePicture.all[number + (place ?? Int.random(in: 0..<4, using: &random))]
    let isBad = isOneOf(40)
    return TortureUpload(
      picture: isBad ? nil : picture,
      annotation: isBad || isOneOf(3) ? nil : annotation(in: name, side: picture.side),
      fileName: "file \(random.next() % 10_000)")
  }

  private mutating func put() -> TortureOperation {
    let name = projectName()
    return .put(name, upload(at: nil, in: name))
  }

  private mutating func putAll() -> TortureOperation {
    let name = projectName()
    let count = Int.random(in: 1...4, using: &random)
    return .putAll(name, (0..<count).map { upload(at: $0, in: name) })
  }

  private mutating func annotation(in name: String, side: Int) -> Annotation? {
    guard let project = account.projects[name] else { return nil }
    switch project.type {
    case .detection:
      let count = Int.random(in: 0...3, using: &random)
      if project.classes.isEmpty || count == 0 { return Annotation(boxes: []) }
      return Annotation(
        boxes: (0..<count).map { _ in
          let x = Double.random(in: 0...8, using: &random)
          let y = Double.random(in: 0...8, using: &random)
          return Box(
            xMin: x, yMin: y, xMax: x + 5, yMax: y + Double(side) / 2,
            className: any(project.classes.map(\.name), ""))
        })
    case .classification, .unspecified, .unrecognized:
      let names = project.classes.map(\.name)
      return Annotation(isOneOf(30) ? "no such class" : any(names, "no class yet"))
    }
  }

  private mutating func imageID(in name: String) -> String {
    let ids = account.projects[name]?.images.keys.sorted() ?? []
    let other = any(TorturePicture.all, TorturePicture.all[0]).id
    return isOneOf(15) ? other : any(ids, other)
  }

  private mutating func relabel() -> TortureOperation {
    let name = projectName()
    let annotation = isOneOf(4) ? nil : annotation(in: name, side: 16)
    return .relabel(name, id: imageID(in: name), annotation)
  }

  private mutating func deleteImage() -> TortureOperation {
    let name = projectName()
    return .deleteImage(name, id: imageID(in: name))
  }
}

// MARK: - Trainings and models

extension TortureChoice {
  /// Mostly ends what was begun: trainings take the machine from everything else.
  private mutating func trainingOperation() -> TortureOperation {
    let classifiers = account.projects.filter { $0.value.type == .classification }
    for (name, project) in classifiers.sorted(by: { $0.key < $1.key }) {
      if project.trainings.last == .open, !isOneOf(3) {
        return .cancel(name, number: Int32(project.trainings.count))
      }
    }
    let name = any(classifiers.keys.filter { $0 != Self.trained }.sorted(), "missing")
    if isOneOf(3) { return .cancel(name, number: Int32.random(in: 1...3, using: &random)) }
    return .train(name)
  }

  private mutating func modelOperation() -> TortureOperation {
    let models = account.projects.filter { $0.value.trainings.contains(.ended(.succeeded)) }
    let name = any(models.keys.sorted(), projectName())
    let trainings = account.projects[name]?.trainings ?? []
    let index = trainings.firstIndex(of: .ended(.succeeded)) ?? Int(random.next() % 2)
    let version = Int32(index + 1)
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<3: return .publish(name, version: version, description: "text \(random.next())")
    case 3: return .unpublish(name, version: isOneOf(2) ? 0 : version)
    default:
      let model = isOneOf(4) ? "\(user)/\(name)" : TortureWorker.model
      return .submit(model: model, any(TorturePicture.all, TorturePicture.all[0]))
    }
  }
}
