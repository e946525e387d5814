import API
import ArgumentParser
import RPCCore
import WellKnownTypes

struct PublishCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Let everyone on the server use a trained model.",
    discussion: "EXAMPLE: diyml publish pets --description \"Cats and dogs, from my garden\"")
  static let hints: [StatusCode: String] = [
    .notFound: "diyml train list PROJECT shows what was trained",
    .failedPrecondition: "diyml train start PROJECT first",
  ]

  @Argument(help: "PROJECT@NUMBER; the newest training that succeeded without @NUMBER.")
  var training: String
  @Option(help: "At most 1,000 bytes.") var description = ""
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let request = PublishRequest(training: training, description: description)
    let model = try await context.connected { clients in
      try await clients.publishing.publish(request, options: clients.keyedOptions)
    }
    try context.report(model) {
      let measure = model.type == .detection ? "mAP@.5" : "accuracy"
      context.print("published \(model.model), \(measure) \(model.figure)")
      context.note("next: diyml infer \(model.address.projectAddress) IMAGE...")
    }
  }
}

struct UnpublishCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "unpublish",
    abstract: "Take back one published model, or all of a project.",
    discussion: "EXAMPLE: diyml unpublish pets@3")
  static let hints: [StatusCode: String] = [.notFound: "diyml project show PROJECT"]

  @Argument(help: "PROJECT@NUMBER, or PROJECT with --all.") var model: String
  @Flag(help: "Every published model of the project.") var all = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard all != model.contains("@") else {
      throw ValidationError(
        all
          ? "--all goes with a project, and '\(model)' names one model."
          : "'\(model)' names no model: want PROJECT@NUMBER, or --all for every one.")
    }
  }

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await clients.publishing.unpublish(
        UnpublishRequest(target: all ? .project(model) : .model(model)),
        options: clients.keyedOptions)
    }
    try context.report(answer) {
      context.print("unpublished \(answer.models.joined(separator: ", "))")
    }
  }
}

/// The commands about published models.
struct Models: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find published models, yours and others'.",
    discussion: "EXAMPLE: diyml models search dog",
    subcommands: [ModelsSearch.self, ModelsShow.self])
}

struct ModelsSearch: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Search published models, newest first.",
    discussion: "EXAMPLE: diyml models search dog --owner ada")

  @Argument(help: "In the project's name, the description or a class; all if not given.")
  var text = ""
  @Option(help: "Only models of this account.") var owner = ""
  @Option(help: "How many at most.") var limit: Int32 = 100
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard (1...1000).contains(limit) else {
      throw ValidationError("--limit is \(limit); it may be 1 to 1000.")
    }
  }

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await SearchPublishedResponse.joined(\.models, limit: Int(limit)) { size, page in
        try await clients.publishing.searchPublished(
          SearchPublishedRequest(owner: owner, text: text, pageSize: size, pageToken: page),
          options: clients.options)
      }
    }
    try context.report(answer) {
      let table = Table(
        [
          .init("MODEL"), .init("TYPE"), .init("ACCURACY", isNumeric: true), .init("CLASSES"),
          .init("DESCRIPTION"),
        ],
        rows: answer.models.map { model in
          [
            model.model, model.type.word, model.figure,
            model.classNames.joined(separator: ", "), model.description,
          ]
        })
      context.print(table, ifEmpty: "no published model fits")
      if !answer.nextPageToken.isEmpty { context.note("there are more; narrow the search") }
    }
  }
}

extension Model {
  /// How good it is: the accuracy of a classifier, the mAP@.5 of a detector.
  fileprivate var figure: String {
    metrics.map(TrainingText.figure) ?? "-"
  }
}

struct ModelsShow: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show what is known of a published model.",
    discussion: "EXAMPLE: diyml models show ada/pets")
  static let hints: [StatusCode: String] = [
    .notFound: "diyml models search lists what is published"
  ]

  @Argument(
    help: "OWNER/PROJECT@NUMBER; the newest published without @NUMBER, yours without OWNER.")
  var model: String
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let found = try await context.connected { clients in
      try await clients.publishing.getModel(
        GetModelRequest(model: model), options: clients.options)
    }
    try context.report(found) {
      context.print([
        ("model", found.model), ("type", found.type.word), ("description", found.description),
        ("classes", found.classNames.joined(separator: ", ")),
        ("network", "\(found.architecture), \(found.inputSide) pixels"),
        ("weights", "\(Format.bytes(found.sizeBytes)), sha256 \(found.fileHash)"),
        ("data set", "sha256 \(found.dataSetHash)"),
        (
          "trained in", Format.clock(seconds: (found.trainingTime?.duration ?? .zero) / .seconds(1))
        ),
        ("published", Format.time(found.publishTime)),
      ])
      guard let metrics = found.metrics else { return }
      context.print()
      TrainingText.lines(metrics).forEach { context.print($0) }
    }
  }
}
