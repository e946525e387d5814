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
    let view = AnalysisView(answer, report: report)
    try context.report(view) { show(view, in: context) }
    if let report, !context.isJSON { context.note("wrote \(TextWidth.printable(report))") }
  }

  private func show(_ view: AnalysisView, in context: CommandContext) {
    var rows: [(name: String, value: String)] = [
      ("images", "\(view.images), \(view.labeled) labelled, \(Format.bytes(view.bytes))"),
      ("median size", "\(view.widthMedian)x\(view.heightMedian)"),
      ("duplicates", Format.count(Int(clamping: view.duplicateGroups), "group")),
    ]
    if let boxes = view.boxes {
      let without = Format.count(Int(clamping: boxes.imagesWithout), "image")
      rows += [
        ("boxes", "\(boxes.count); \(without) without"),
        ("box sizes", "\(boxes.small) small, \(boxes.medium) medium, \(boxes.large) large"),
      ]
    }
    context.print(rows)
    var table = Table([
      .init("CLASS"), .init("IMAGES", isNumeric: true), .init("BOXES", isNumeric: true),
    ])
    for row in view.classes { table.append([row.class, "\(row.images)", "\(row.boxes)"]) }
    context.print()
    context.print(table, ifEmpty: "no classes (try: diyml classes set \(project) NAME...)")
    context.print()
    for finding in view.findings {
      let severity =
        finding.severity == "error"
        ? context.palette.red("error") : context.palette.yellow("warning")
      context.print("\(severity)  \(TextWidth.printable(finding.message)) [\(finding.kind)]")
      let ids = finding.ids.prefix(5).map(Format.shortID)
      if !ids.isEmpty { context.print("  images: \(ids.joined(separator: " "))") }
    }
    context.print(
      view.readyToTrain
        ? context.palette.green("ready to train") : context.palette.red("not ready to train"))
  }
}
