import API
import ArgumentParser
import DataSets
import RPCCore

extension DataSetFormat: ExpressibleByArgument {}

/// Parts of a data set as one argument: `train,val`.
struct SplitList: ExpressibleByArgument, Sendable {
  let splits: [DataSets.Split]

  init(splits: [DataSets.Split]) { self.splits = splits }

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    let splits = words.compactMap { DataSets.Split(name: String($0)) }
    guard splits.count == words.count else { return nil }
    self.splits = splits
  }
}

struct DataImport: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Bring a data set in: YOLO, COCO, Pascal VOC, class folders or CSV.",
    discussion: """
      The format is found out unless --format says it. Every bad line is told with its file; as \
      long as there is one, nothing is imported, unless --skip-bad leaves those lines out. What \
      the project has already is not sent again, so an import that was cut short is simply \
      repeated; labels that it has stay unless --replace-labels says otherwise. \
      Docs/DataSets.md says what each format may hold. The exit code is 2 when lines were bad, 1 when the server refused images.

      EXAMPLE: diyml data import street ./street-yolo --split train,val
      """)
  static let hints = projectHints

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "The data set's folder.", completion: .directory) var folder: String
  @Option(help: "yolo, coco, voc, folder or csv; found out if not given.")
  var format: DataSetFormat?
  @Option(
    help: ArgumentHelp(
      "Only these parts: train, val, test, with commas; all images if not given.",
      valueName: "parts"))
  var split = SplitList(splits: [])
  @Flag(help: "Leave bad lines out and import the rest.") var skipBad = false
  @Flag(help: "Refuse classes the project does not have, instead of adding them.")
  var noNewClasses = false
  @Flag(help: "Replace labels that images have in the project already, instead of keeping them.")
  var replaceLabels = false
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let job = DataSetImport(folder: folder, format: format, splits: split.splits)
    let reading = try job.read()
    let selection = job.selection(of: reading.dataSet)
    let problems = reading.problems
    context.note(
      "\(skipBad ? "left out" : "bad"): \(Format.count(problems.count, "line"))", problems.kept,
      count: problems.count)
    guard problems.isEmpty || skipBad else {
      try context.report(ImportSummary(reading, selection, nil)) {}
      throw CommandFailure.local(
        "\(Format.count(problems.count, "problem")) in \(folder); nothing was imported",
        hint: "mend them, or --skip-bad imports the rest")
    }
    guard !selection.images.isEmpty else {
      throw CommandFailure.local("no image to import in \(folder)")
    }
    let outcome = try await context.connected { clients in
      let answer = try await clients.data.getProject(
        GetProjectRequest(project: project), options: clients.options)
      try DataSetImport.check(selection, fits: answer)
      let upload = ImageUpload(
        context: context, clients: clients, project: project, addsClasses: !noNewClasses,
        replacesLabels: replaceLabels)
      return try await upload.run(
        ImageFinder.Found(images: selection.images), classNames: selection.classNames)
    }
    try context.report(
      outcome, as: ImportSummary(reading, selection, outcome),
      title: "\(reading.format.rawValue): ", crowdCount: selection.crowdCount)
  }
}

/// What `data import` found and did; `upload` is missing when nothing was imported.
private struct ImportSummary: Encodable {
  let format: String
  let images: Int
  let boxes: Int
  let crowdsLeftOut: Int
  let problemCount: Int
  let problems: [Problem]
  let upload: ImageUpload.Outcome?

  init(
    _ reading: DataSetReader.Reading, _ selection: DataSetImport.Selection,
    _ upload: ImageUpload.Outcome?
  ) {
    format = reading.format.rawValue
    images = selection.images.count
    boxes = selection.boxCount
    crowdsLeftOut = selection.crowdCount
    problemCount = reading.problems.count
    problems = reading.problems.kept
    self.upload = upload
  }
}

struct DataExport: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a project's images and labels as YOLO, COCO, Pascal VOC, folders or CSV.",
    discussion: """
      Images without a label are left out. An image that is in its place already is not fetched \
      again, so an export that was cut short is simply repeated.

      EXAMPLE: diyml data export street ./street-coco --format coco
      """)
  static let hints = projectHints

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "The folder to write into.", completion: .directory) var folder: String
  @Option(help: "yolo, coco, voc, folder or csv.") var format: DataSetFormat
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let outcome = try await context.connected { clients in
      try await DataSetExport(
        context: context, clients: clients, project: project, folder: folder, format: format
      ).run()
    }
    try context.report(outcome) {
      var line =
        "exported \(Format.count(outcome.saved, "image")) (\(Format.bytes(outcome.bytes))) "
        + "in \(Format.clock(seconds: outcome.seconds))"
      if outcome.unchanged > 0 { line += ", \(outcome.unchanged) there already" }
      context.print(line)
      if outcome.unlabeled > 0 {
        context.note("left out \(Format.count(outcome.unlabeled, "image")) without a label")
      }
    }
  }
}
