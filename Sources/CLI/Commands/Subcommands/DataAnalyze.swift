import API
import ArgumentParser
import RPCCore

struct DataAnalyze: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Examine a project: balance, duplicates, and what is missing before training.",
    discussion: """
      --report writes the same as a page with pictures: every finding, images that look the same, and \
      some images of each class. It needs no other file and no network. A file that is there is \
      written anew.

      EXAMPLE: diyml data analyze pets --report pets.html
      """)
  static let hints = projectHints

  @Argument(help: "The project's name.") var project: String
  @Option(
    help: ArgumentHelp("The page to write: HTML.", valueName: "file"), completion: .file())
  var report: String?
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await PageWriter(clients).analysis(of: project, to: report)
    }
    try context.report(answer) { show(answer, in: context) }
    if let report { context.note("wrote \(TextWidth.printable(report))") }
  }

  private func show(_ analysis: ProjectAnalysis, in context: CommandContext) {
    let bytes = Format.bytes(analysis.sizeBytes)
    var rows: [(name: String, value: String)] = [
      ("images", "\(analysis.imageCount), \(analysis.labeledImageCount) labeled, \(bytes)"),
      ("median size", "\(analysis.widthMedian)x\(analysis.heightMedian)"),
      ("duplicates", Format.count(Int(clamping: analysis.duplicateGroupCount), "group")),
    ]
    if let boxes = analysis.boxes {
      let without = Format.count(Int(clamping: boxes.imagesWithout), "image")
      rows += [
        ("boxes", "\(boxes.count); \(without) without"),
        ("box sizes", "\(boxes.small) small, \(boxes.medium) medium, \(boxes.large) large"),
      ]
    }
    context.print(rows)
    let table = Table(
      [.init("CLASS"), .init("IMAGES", isNumeric: true), .init("BOXES", isNumeric: true)],
      rows: analysis.classCounts.map { [$0.className, "\($0.images)", "\($0.boxes)"] })
    context.print()
    context.print(table, ifEmpty: "no classes (try: diyml classes set \(project) NAME...)")
    context.print()
    for finding in analysis.findings {
      let severity =
        finding.severity == .error
        ? context.palette.red("error") : context.palette.yellow("warning")
      context.print("\(severity)  \(TextWidth.printable(finding.message)) [\(finding.kind)]")
      let ids = finding.ids.prefix(5).map(Format.shortID)
      if !ids.isEmpty { context.print("  images: \(ids.joined(separator: " "))") }
    }
    context.print(
      analysis.readyToTrain
        ? context.palette.green("ready to train") : context.palette.red("not ready to train"))
  }
}
