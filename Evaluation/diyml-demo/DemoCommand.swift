import ArgumentParser
import CommandLineKit
import Foundation

/// The main job for everyone to see.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Do the main job on a server of its own: account, images, training, inference.",
    discussion: """
      Without a folder it uses 300 Fashion-MNIST images of each class to learn from and 100 for \
      the test; of a folder of class folders it holds a fifth of each class out for the test.

      EXAMPLE: diyml-demo demo ./photos
      """)

  private static let standardBudgetSeconds: Int32 = 150
  private static let imageFolder = ".build/demo/fashion-mnist"

  @Argument(help: "A folder whose folders are the classes.") var data: String?
  @OptionGroup var training: TrainingOptions
  @Option(help: "Fashion-MNIST images of each class to learn from.") var perClass = 300
  @Option(help: "Fashion-MNIST images of each class for the test.") var testPerClass = 100

  func validate() throws {
    guard (5...6000).contains(perClass), (1...1000).contains(testPerClass) else {
      throw ValidationError("--per-class may be 5 to 6000, --test-per-class 1 to 1000.")
    }
  }

  func run() async throws {
    let system = System.live()
    let split = try await reporting(system) { try await images(system) }
    let parameters = training.parameters(timeBudgetSeconds: Self.standardBudgetSeconds)
    let report = try await reporting(system) {
      JobReport(
        try await JobRunner(name: "demo", system: system).run(
          project: data == nil ? "fashion" : "demo", split: split, parameters: parameters))
    }
    system.output("\n")
    report.predictions().lines(cellsMax: system.terminal.columns)
      .forEach { system.output($0 + "\n") }
    system.output("\n\(report.accuracyLine)\n")
    system.output(nextSteps(split))
    report.job.outcome.pages.forEach { system.output("pictures in \($0)\n") }
    let path = try report.file(at: system.now()).write()
    system.output("raw numbers in \(path)\n")
    system.output("\(report.resultLine(data: nil))\n")
  }

  private func images(_ system: System) async throws -> DataSplit {
    if let data { return try await DataSplit(classFolders: data) }
    system.output("==> Fashion-MNIST as PNG files in \(Self.imageFolder)\n")
    return try await FashionMNIST.write(
      to: Self.imageFolder, trainingPerClass: perClass, testPerClass: testPerClass)
  }

  private func nextSteps(_ split: DataSplit) -> String {
    let folder = data ?? Self.imageFolder + "/train"
    let image = split.test.first?.path ?? "IMAGE"
    let programs = OwnServer.programs
    return """

      The demo's server is gone. To go on with one of your own:
        \(programs)/diymld --data ~/diyml-data --listen 127.0.0.1:7001 &
        export PATH="\(programs):$PATH"
        diyml account create ada
        diyml project create things
        diyml data upload things \(folder)
        diyml data analyze things --report images.html
        diyml train start things
        diyml train report things --output training.html
        diyml publish things
        diyml infer ada/things \(image) --draw answer.svg
        diyml --help


      """
  }
}
