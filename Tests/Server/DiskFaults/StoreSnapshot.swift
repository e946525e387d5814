internal import API
internal import Foundation
package import Store

/// Everything that the people of the scenario can see of a store, as lines of text.
///
/// Two stores with the same text hold the same.
package struct StoreSnapshot {
  private let store: DataStore
  /// Show a training that runs as it will be once the store was opened again.
  private let asReopened: Bool
  private var lines: [String] = []

  package static func text(of store: DataStore, asReopened: Bool) async throws -> String {
    var snapshot = StoreSnapshot(store: store, asReopened: asReopened)
    for name in Scenario.accountNames { try await snapshot.add(account: name) }
    try await snapshot.addPublications()
    return snapshot.lines.map { $0 + "\n" }.joined()
  }

  private init(store: DataStore, asReopened: Bool) {
    self.store = store
    self.asReopened = asReopened
  }

  private mutating func add(account name: String) async throws {
    guard let account = try await store.account(named: name) else { return }
    lines.append("account \(account.name), password \(account.passwordHash)")
    let tokens = try await store.tokens(of: account.id, page: PageRequest(), at: Scenario.start)
    for token in tokens.rows {
      let scopes = token.scopes.map { "\($0)" }.joined(separator: " ")
      lines.append("  token \(token.label), scopes \(scopes)")
    }
    for project in try await store.projects(of: account.id, page: PageRequest()).rows {
      try await add(project, of: account.id)
    }
    for id in Scenario.inferences {
      do {
        let inference = try await store.inference(id, of: account.id, at: Scenario.start)
        lines.append(
          "  inference \(id.prefix(4)) of \(inference.request.model): \(inference.state)")
        if case .pending(let image) = inference.state {
          lines.append("    image \(try await content(image))")
        }
      } catch StoreError.notFound(.inference, _) {
      }
    }
  }

  private mutating func add(_ project: Project, of account: AccountID) async throws {
    let classes = project.classes.map { "\($0.id) \($0.name)" }.joined(separator: ", ")
    lines.append(
      "  project \(project.name), \(project.type), \(project.imageCount) images,"
        + " \(project.labeledImageCount) labelled, classes \(classes)")
    let points = try await store.images(
      inProject: project.name, of: account, filter: ImageFilter(), page: PageRequest())
    for point in points.rows {
      guard let object = ObjectHash(hex: point.id) else { preconditionFailure("not a hash") }
      let read = try await store.openImage(object, inProject: project.name, of: account)
      let content = try Self.content(read.reader, object)
      lines.append(
        "    image \(point.fileName), \(content), \(point.width)x\(point.height),"
          + " \(Self.text(point.annotation?.value))")
    }
    let trainings = try await store.trainings(
      ofProject: project.name, of: account, page: PageRequest())
    for training in trainings.rows { try await add(training) }
  }

  private mutating func add(_ training: TrainingRecord) async throws {
    let isCutOff = asReopened && training.state == .running
    lines.append(
      "    training \(training.number), \(isCutOff ? .failed : training.state),"
        + " \(training.imageCount) images, parameters \(training.parameters),"
        + " reason '\(isCutOff ? "the server stopped while it ran" : training.reason)'")
    if training.state == .queued {
      let data = try await store.frozenDataSet(of: training.id)
      for example in data.examples {
        lines.append(
          "      example \(try await content(example.object)), \(Self.text(example.label))")
      }
    }
    if let model = training.model {
      let report = try await store.trainingReport(of: training.id) ?? []
      lines.append(
        "      model \(try await content(model.weights)), \(model.architecture),"
          + " metrics \(model.metrics), report \(report)")
    }
    var events = try await store.trainingEvents(of: training.id, after: 0).map {
      switch $0.content {
      case .state(let state): "\($0.sequence) \(state)"
      case .progress(let bytes): "\($0.sequence) progress \(bytes)"
      case .note(let note): "\($0.sequence) note '\(note)'"
      }
    }
    if isCutOff { events.append("\(events.count + 1) \(TrainingState.failed)") }
    lines += events.map { "      event \($0)" }
  }

  private mutating func addPublications() async throws {
    let page = try await store.publications(filter: PublicationFilter(), page: PageRequest())
    for publication in page.rows {
      lines.append(
        "published \(publication.message.model), '\(publication.message.description)',"
          + " classes \(publication.message.classNames), weights \(publication.model.weights.hex.prefix(8))"
      )
    }
  }

  private func content(_ object: ObjectHash) async throws -> String {
    try Self.content(try await store.openObject(object), object)
  }

  private static func content(_ reader: ObjectReader, _ object: ObjectHash) throws -> String {
    let bytes = try reader.read(at: 0, count: Int(reader.bytes))
    let isRight = Scenario.hash(bytes) == object.hex
    return "\(object.hex.prefix(8)) \(isRight ? "with its \(bytes.count) bytes" : "DAMAGED")"
  }

  private static func text(_ label: TrainingExample.Label) -> String {
    switch label {
    case .classIndex(let index): "class \(index)"
    case .boxes([]): "no boxes"
    case .boxes(let boxes):
      "boxes "
        + boxes.map { "\($0.classIndex) at \($0.xMin) \($0.yMin) \($0.xMax) \($0.yMax)" }
        .joined(separator: ", ")
    }
  }

  private static func text(_ annotation: Annotation.Value?) -> String {
    switch annotation {
    case nil: "not labelled"
    case .className(let name): "'\(name)'"
    case .boxes(let list):
      list.boxes.map { "'\($0.className)' at \($0.xMin) \($0.yMin) \($0.xMax) \($0.yMax)" }
        .joined(separator: ", ")
    }
  }
}
