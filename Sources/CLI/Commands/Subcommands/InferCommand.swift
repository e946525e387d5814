import API
import ArgumentParser
import RPCCore

struct InferCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "infer",
    abstract: "Ask a published model about images.",
    discussion: """
      The answers come in the order of the images. A bad image fails alone; the exit code is then \
      1. With --json, each image's answer is a line. --draw writes pictures with boxes, labels and \
      scores, or with the likeliest classes, over files that are there.

      EXAMPLE: diyml infer ada/pets new.jpg more/ --draw answers.html
      """)
  static let hints: [StatusCode: String] = [
    .notFound: "diyml models search lists what is published"
  ]

  @Argument(help: "OWNER/PROJECT or OWNER/PROJECT@VERSION.") var model: String
  @Argument(help: "Image files and folders of images.", completion: .file()) var images: [String]
  @Option(help: "How many classes a classifier answers with: 1 to 1000.") var top: Int32 = 3
  @Option(
    name: .customLong("confidence"),
    help: "Detectors: the least confidence, 0 to 1; the model's best if not given.")
  var confidenceMin: Double?
  @Option(
    name: .customLong("iou"),
    help: "Detectors: how much two objects of a class may overlap, 0 to 1; 0.6 if not given.")
  var iouMax: Double?
  @Option(
    name: .customLong("max"), help: "Detectors: how many objects at most, 1 to 1000; else 100.")
  var detectionsMax: Int32?
  @Option(
    help: ArgumentHelp(
      "Draw the answers: FILE.svg or FILE.png for one image, FILE.html or FOLDER/ for many.",
      valueName: "out"),
    completion: .file())
  var draw: String?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard (1...1000).contains(top) else {
      throw ValidationError("--top is \(top); it may be 1 to 1000.")
    }
    for (name, value) in [("confidence", confidenceMin), ("iou", iouMax)] {
      guard let value, !(0...1).contains(value) else { continue }
      throw ValidationError("--\(name) is \(value); it may be 0 to 1.")
    }
    guard (1...1000).contains(detectionsMax ?? 100) else {
      throw ValidationError("--max is \(detectionsMax ?? 100); it may be 1 to 1000.")
    }
  }

  func perform(in context: CommandContext) async throws {
    let found = try ImageFinder(foldersAreClasses: false).find(images)
    let files = found.images.map(\.path)
    guard !files.isEmpty else {
      throw CommandFailure.local("no images in \(images.joined(separator: ", "))")
    }
    let drawer = try draw.map { out in
      try AnswerDrawer(
        DrawTarget(out, images: files), title: "Answers of \(model)",
        environment: context.system.environment)
    }
    let width = files.reduce(0) { max($0, TextWidth.cells(TextWidth.printable($1))) }
    let failures = Shared(0)
    let question = InferRequest(
      model: model, topK: top, confidenceMin: confidenceMin, iouMax: iouMax,
      detectionsMax: detectionsMax ?? 0)
    try await context.connected { clients in
      try await Inferrer(clients: clients, question: question).infer(files) { answer in
        if case .failure = answer.outcome { failures.withLock { $0 += 1 } }
        let drawing = try drawer?.draw(answer)
        if context.isJSON {
          context.print(try answer.json(drawing: drawing))
        } else {
          context.show(answer, fileWidth: width)
        }
      }
    }
    let undrawn = try await drawer?.finish() ?? 0
    context.note("skipped", found.skipped)
    if let draw { context.note("drew \(TextWidth.printable(draw))") }
    if undrawn > 0 {
      let file = TextWidth.printable(draw ?? "")
      context.note("left \(Format.count(undrawn, "image")) out of \(file)")
    }
    let failed = failures.withLock { $0 }
    guard failed == 0 else {
      throw CommandFailure.someItemsFailed(
        "\(failed) of \(Format.count(files.count, "image")) failed")
    }
  }
}

extension ImageAnswer {
  /// The answer as it came, with the image's file and that of its picture, if there is one.
  fileprivate func json(drawing: String?) throws -> String {
    try ResultJSON.line(
      InferStreamResponse(id: Int64(index), outcome: outcome),
      adding: ["file": file, "drawing": drawing])
  }
}

extension CommandContext {
  /// `cat.jpg  cat 0.981  dog 0.012`, or a line for each box found.
  fileprivate func show(_ answer: ImageAnswer, fileWidth: Int) {
    let file = TextWidth.pad(TextWidth.printable(answer.file), to: fileWidth)
    switch answer.outcome {
    case .failure(let failure):
      let code = StatusCode.name(of: failure.code)
      note("\(file)  \(TextWidth.printable(failure.message)) [\(code)]")
    case .response(let response):
      switch response.result {
      case .classification(let value): print("\(file)  \(text(value))")
      case .detection(let value):
        if value.objects.isEmpty { print("\(file)  nothing found") }
        for object in value.objects { print("\(file)  \(Self.text(object))") }
      case nil: print("\(file)  no answer")
      }
    }
  }

  private func text(_ classification: Classification) -> String {
    classification.classes.enumerated().map { index, scored in
      let text = "\(TextWidth.printable(scored.className)) \(Format.ratio(scored.probability))"
      return index == 0 ? palette.bold(text) : text
    }.joined(separator: "  ")
  }

  private static func text(_ object: DetectedObject) -> String {
    let corners = Format.corners(object.xMin, object.yMin, object.xMax, object.yMax)
    let name = TextWidth.printable(object.className)
    return "\(name) \(Format.ratio(object.confidence))  \(corners)"
  }
}
