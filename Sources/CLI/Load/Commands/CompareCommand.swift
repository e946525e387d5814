import ArgumentParser
import CommandLineKit
import RPCCore

/// Puts two runs side by side.
struct CompareCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "diyml-load compare",
    abstract: "Compare two runs, and tell changes from noise.",
    discussion: """
      A change is named BETTER or WORSE only if it is larger than what the figures varied by within \
      the two runs (99 %), and than 3 %. Runs at different times, on different machines or under \
      other load vary by more: repeat them in turn.

      EXAMPLE: diyml-load compare before.json after.json --plot both.svg
      """)

  @Argument(help: ArgumentHelp("A file that --save wrote.", valueName: "first.json"))
  var first: String

  @Argument(help: ArgumentHelp("Another one.", valueName: "second.json"))
  var second: String

  @Option(help: ArgumentHelp("Draw both runs.", valueName: "file.svg"))
  var plot: String?

  @Flag(help: "Print JSON: one document.")
  var json = false

  var chosenServer: ServerAddress? { nil }
  var wantsJSON: Bool { json }

  func perform(in context: CommandContext) async throws {
    let reports = try [first, second].map { try ReportFile.report(at: $0) }
    let comparison = Comparison(reports[0], reports[1])
    if let plot { try TextFile.write(LoadPlot(reports).svg, to: plot) }
    try context.report(document: comparison) {
      comparison.lines(palette: context.palette).forEach { context.print($0) }
    }
  }
}
