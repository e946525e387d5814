import API
import ArgumentParser
import RPCCore

/// The commands about trainings.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Start, watch and cancel trainings.",
    discussion: "EXAMPLE: diyml train start pets",
    subcommands: [
      TrainStart.self, TrainWatch.self, TrainList.self, TrainShow.self, TrainReport.self,
      TrainCancel.self,
    ])
}

struct TrainStart: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Train a model on a project's images, and watch it.",
    discussion: """
      Ctrl-C ends the watching, not the training.

      EXAMPLE: diyml train start pets --time-budget 300
      """)
  static let hints: [StatusCode: String] = [
    .notFound: "diyml project list shows yours",
    .failedPrecondition: "diyml data analyze PROJECT says what is missing",
  ]

  @Argument(help: "The project's name.") var project: String
  @Option(
    name: .customLong("time-budget"),
    help: "Seconds at most: 10 to 86400; 480 if not given, 1800 for detectors.")
  var timeBudgetSeconds: Int32 = 0
  @Option(help: "Passes over the images while fine-tuning: at most 1000.") var epochs: Int32 = 0
  @Option(help: "Of everything random.") var seed: Int64 = 0
  @Option(help: "The part held back for validation: 0.05 to 0.5; 0.15 if not given.")
  var validationFraction = 0.0
  @Option(help: "The side of the network's input in pixels: 64 to 512, a multiple of 32.")
  var inputSide: Int32 = 0
  @Flag(help: "Train only the classifier: seconds instead of minutes, less accurate.")
  var headOnly = false
  @Flag(help: "Never mirror images: for classes that differ by left and right.")
  var noFlip = false
  @Flag(help: "Return when the training is queued.") var noWait = false
  @OptionGroup var global: GlobalOptions

  private var parameters: TrainingParameters {
    TrainingParameters(
      epochs: epochs, seed: seed, timeBudgetSeconds: timeBudgetSeconds,
      validationFraction: validationFraction, inputSide: inputSide, headOnly: headOnly,
      noFlip: noFlip)
  }

  func perform(in context: CommandContext) async throws {
    let job = try await context.connected { clients in
      try await clients.training.train(
        TrainRequest(project: project, parameters: parameters), options: clients.keyedOptions)
    }
    if noWait {
      try context.report(job) { context.print(TrainingText.line(job)) }
    } else {
      try await context.watch(job.training)
    }
  }
}

struct TrainWatch: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Watch a training to its end.",
    discussion: """
      A lost connection is taken up again where it was lost. Ctrl-C ends the watching, not the \
      training.

      EXAMPLE: diyml train watch pets
      """)
  static let hints: [StatusCode: String] = [.notFound: "diyml train list PROJECT shows them"]

  @OptionGroup var training: TrainingOptions
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let address = try await context.connected { try await $0.trainingAddress(training.training) }
    try await context.watch(address)
  }
}

/// Which training a command is about.
struct TrainingOptions: ParsableArguments, Sendable {
  @Argument(help: "PROJECT@NUMBER; the project's newest without @NUMBER.") var training: String
}

extension Clients {
  /// The address of a training: as given, or of a project the newest's, whatever became of it.
  fileprivate func trainingAddress(_ address: String) async throws -> String {
    guard !address.contains("@") else { return address }
    let project = try await data.getProject(GetProjectRequest(project: address), options: options)
    guard !project.newestTraining.isEmpty else {
      throw Status(.trainingNotFound, "no training of '\(project.project)' was ever started")
    }
    return project.newestTraining
  }
}

extension CommandContext {
  /// Shows a training to its end.
  ///
  /// - Throws: `CommandFailure.trainingEnded` when it does not succeed, `.interrupted` on Ctrl-C.
  fileprivate func watch(_ training: String) async throws {
    let reporter = TrainingReporter(self)
    let watcher = TrainingWatcher(context: self, training: training)
    let ended = try await withThrowingTaskGroup(of: TrainingJob?.self) { group in
      group.addTask { try await watcher.watch { try reporter.show($0) } }
      group.addTask {
        await system.interruption()
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    reporter.finish()
    guard let job = ended else {
      throw CommandFailure.interrupted(
        "stopped watching; the training goes on (diyml train watch \(training))")
    }
    guard job.state == .succeeded else {
      throw CommandFailure.trainingEnded(TrainingText.line(job))
    }
    guard !isJSON, let metrics = job.metrics else { return }
    TrainingText.lines(metrics).forEach { print($0) }
    note("next: diyml publish \(training)")
  }
}

struct TrainList: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List a project's trainings, newest first.",
    discussion: "EXAMPLE: diyml train list pets")
  static let hints = projectHints

  @Argument(help: "The project's name.") var project: String
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await ListTrainingsResponse.joined(\.trainings) { size, page in
        try await clients.training.listTrainings(
          ListTrainingsRequest(project: project, pageSize: size, pageToken: page),
          options: clients.options)
      }
    }
    try context.report(answer) {
      let table = Table(
        [
          .init("NUMBER", isNumeric: true), .init("STATE"), .init("IMAGES", isNumeric: true),
          .init("ACCURACY", isNumeric: true), .init("STARTED"), .init("REASON"),
        ],
        rows: answer.trainings.map { job in
          [
            "\(job.number)", job.state.word, "\(job.imageCount)",
            job.metrics.map(TrainingText.figure) ?? "-",
            Format.time(job.startTime), job.reason,
          ]
        })
      context.print(table, ifEmpty: "no trainings yet (try: diyml train start \(project))")
    }
  }
}

struct TrainShow: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a training and what it reached.",
    discussion: "EXAMPLE: diyml train show pets@2")
  static let hints: [StatusCode: String] = [.notFound: "diyml train list PROJECT shows them"]

  @OptionGroup var training: TrainingOptions
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let job = try await context.connected { clients in
      try await clients.training.getTraining(
        GetTrainingRequest(training: clients.trainingAddress(training.training)),
        options: clients.options)
    }
    try context.report(job) {
      context.print(TrainingText.line(job))
      if let metrics = job.metrics { TrainingText.lines(metrics).forEach { context.print($0) } }
    }
  }
}

struct TrainCancel: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "End a training that is queued or running.",
    discussion: "EXAMPLE: diyml train cancel pets")
  static let hints: [StatusCode: String] = [
    .notFound: "diyml train list PROJECT shows them",
    .failedPrecondition: "diyml train list PROJECT shows what is running",
  ]

  @OptionGroup var training: TrainingOptions
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let job = try await context.connected { clients in
      try await clients.training.cancelTraining(
        CancelTrainingRequest(training: clients.trainingAddress(training.training)),
        options: clients.keyedOptions)
    }
    try context.report(job) { context.print(TrainingText.line(job)) }
  }
}
