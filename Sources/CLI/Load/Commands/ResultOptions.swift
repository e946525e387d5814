import ArgumentParser
import CommandLineKit
import Foundation

/// Where the results go, beside standard output.
struct ResultOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("Write the results to a file, for compare.", valueName: "file.json"))
  var save: String?

  @Option(
    help: ArgumentHelp(
      "Draw latency by percentile and everything over time.", valueName: "file.svg"))
  var plot: String?

  @Option(
    help: ArgumentHelp(
      "The server's process, if it is not found by its address.", valueName: "pid"))
  var serverPid: Int?

  func write(_ report: LoadReport) throws {
    if let save { try TextFile.write(try ResultJSON.document(report) + "\n", to: save) }
    if let plot { try TextFile.write(LoadPlot([report]).svg, to: plot) }
  }
}
