import API
import CommandLineKit
import Foundation
import RPCCore
import Synchronization

/// What DIYML is for, from an account to answers, through the public client only.
struct MainJob: Sendable {
  struct Outcome: Sendable {
    let model: Model
    let job: TrainingJob
    let upload: ImageUpload.Outcome
    /// Pages with pictures of what was learned from, of the training and of answers.
    let pages: [String]
    /// In the order of the test images.
    let answers: [ImageAnswer]
    let inferenceSeconds: Double
    /// The last that the server told of passes over the training images; 0 when it told none.
    let trainingImagesPerSecond: Double

    var trainingSeconds: Double { job.seconds }

    var imagesPerSecond: Double {
      Double(answers.count) / max(inferenceSeconds, 0.001)
    }
  }

  let system: System
  let server: Address
  let project: String
  let split: DataSplit
  let parameters: TrainingParameters
  /// Where pages are written.
  let pageFolder: String

  /// Test images whose answers are drawn.
  private static let drawnMax = 24

  func run() async throws -> Outcome {
    say("account \(DemoAccount.name)")
    let context = try await DemoAccount.signUp(system, server)
    try await makeProject(context)
    let upload = try await uploadImages(context)
    let (job, speed) = try await train(context)
    let model = try await publish(context)
    let started = system.now()
    let answers = try await infer(context, model: model.address.projectAddress)
    let seconds = system.now().timeIntervalSince(started)
    let pages = try await writePages(context, of: model)
    return Outcome(
      model: model, job: job, upload: upload, pages: pages, answers: answers,
      inferenceSeconds: seconds,
      trainingImagesPerSecond: speed)
  }

  /// - Returns: The pages' paths.
  private func writePages(
    _ context: CommandContext, of model: Model
  ) async throws -> [String] {
    say("pages in \(pageFolder)")
    try FileManager.default.createDirectory(
      atPath: pageFolder, withIntermediateDirectories: true)
    let paths = ["images", "training", "answers"].map { "\(pageFolder)/\($0).html" }
    try await context.connected { clients in
      let writer = PageWriter(clients)
      try await writer.analysis(of: project, to: paths[0])
      try await writer.training(model.model, to: paths[1])
      try await writer.answers(
        of: model.model,
        about: split.test.prefix(Self.drawnMax).map(\.path), to: paths[2])
    }
    return paths
  }

  private func say(_ text: String) {
    system.output("==> \(text)\n")
  }

  private func makeProject(_ context: CommandContext) async throws {
    let classes = split.classNames
    say("project \(project) with \(classes.count) classes: \(classes.joined(separator: ", "))")
    try await context.connected { clients in
      _ = try await clients.data.createProject(
        CreateProjectRequest(project: project, type: split.hasBoxes ? .detection : .classification),
        options: clients.options)
      _ = try await clients.data.setClasses(
        SetClassesRequest(project: project, classes: classes.map { Class(name: $0) }),
        options: clients.options)
    }
  }

  private func uploadImages(_ context: CommandContext) async throws -> ImageUpload.Outcome {
    say("upload of \(split.training.count) labelled images")
    let outcome = try await context.connected { clients in
      try await ImageUpload(
        context: context, clients: clients, project: project, addsClasses: false
      ).run(ImageFinder.Found(images: split.training))
    }
    system.output(outcome.summary + "\n")
    for refused in outcome.refused.prefix(10) {
      system.output("refused \(refused.path): \(refused.reason)\n")
    }
    return outcome
  }

  /// - Returns: The training as it ended, and images a second.
  private func train(_ context: CommandContext) async throws -> (TrainingJob, Double) {
    say("training, at most \(parameters.timeBudgetSeconds) seconds")
    let queued = try await context.connected { clients in
      try await clients.training.train(
        TrainRequest(project: project, parameters: parameters), options: clients.options)
    }
    let reporter = TrainingReporter(context)
    let speed = Mutex(0.0)
    let job = try await TrainingWatcher(
      context: context, training: queued.training
    ).watch { event in
      try reporter.show(event)
      if case .progress(let progress) = event.event, progress.loss != nil,
        progress.imagesPerSecond > 0
      {
        speed.withLock { $0 = progress.imagesPerSecond }
      }
    }
    reporter.finish()
    guard job.state == .succeeded else {
      throw DemoError.jobFailed("training ended \(job.state): \(job.reason)")
    }
    return (job, speed.withLock { $0 })
  }

  private func publish(_ context: CommandContext) async throws -> Model {
    let model = try await context.connected { clients in
      try await clients.publishing.publish(
        PublishRequest(training: project, description: "made by the demo"),
        options: clients.options)
    }
    say("published \(model.model)")
    return model
  }

  private func infer(_ context: CommandContext, model: String) async throws -> [ImageAnswer] {
    say("inference on \(split.test.count) images never seen")
    let collected = AnswerList()
    let status = context.statusLine()
    let bar = context.progressBar
    try await context.connected { clients in
      // Average precision counts every object, however unsure the model is of it.
      let question = InferRequest(
        model: model, topK: 3, confidenceMin: split.hasBoxes ? 0.001 : nil)
      let inferrer = Inferrer(clients: clients, question: question)
      try await inferrer.infer(split.test.map(\.path)) { answer in
        let done = collected.append(answer)
        let line = bar.line(
          label: "inferring", fraction: Double(done) / Double(split.test.count),
          details: ["\(done)/\(split.test.count) images"],
          columns: system.terminal.columns)
        status.show(line, at: system.now(), always: done == split.test.count)
      }
    }
    status.finish()
    return collected.answers
  }
}
