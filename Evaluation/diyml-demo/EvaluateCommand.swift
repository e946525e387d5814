import ArgumentParser
import CommandLineKit
import Foundation

/// The main job as a measurement, on a data set with lists.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Train on FOLDER/train.txt and val.txt, and measure on test.txt.",
    discussion: """
      Each line of a list is a path in the folder, a tab and a class. Images a second are those of \
      inference through the client, with the images read from disk and sent over the network. \
      Training images that are refused, such as one that lies in two classes, are listed and left out.

      EXAMPLE: diyml-demo evaluate ../shared/data/trashnet --time-budget 600
      """)

  private static let standardBudgetSeconds: Int32 = 570

  @Argument(help: "The folder of the lists.") var data: String
  @OptionGroup var training: TrainingOptions

  func run() async throws {
    let system = System.live()
    let parameters = training.parameters(timeBudgetSeconds: Self.standardBudgetSeconds)
    let report = try await reporting(system) {
      let split = try DataSplit(lists: data)
      return JobReport(
        try await JobRunner(name: "eval-classification", system: system).run(
          project: "evaluation", split: split, parameters: parameters))
    }
    system.output("\n")
    report.score.table().lines().forEach { system.output($0 + "\n") }
    system.output("\n\(report.accuracyLine)\n")
    system.output(
      "trained in \(Format.clock(seconds: report.job.outcome.trainingSeconds)), answered "
        + "\(Format.fixed(report.job.outcome.imagesPerSecond, digits: 1)) images/s\n")
    report.job.outcome.pages.forEach { system.output("pictures in \($0)\n") }
    let path = try report.file(at: system.now()).write()
    system.output("raw numbers in \(path)\n")
    system.output("\(report.resultLine(data: report.job.split.name))\n")
  }
}
