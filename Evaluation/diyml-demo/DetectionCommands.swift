import ArgumentParser
import CommandLineKit
import DataSets
import Foundation

/// The main job with boxes, for everyone to see.
struct DemoDetectionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo-detection",
    abstract: "Do the main job with boxes: scenes, training, and what is found in new ones.",
    discussion: """
      Without a folder it composes scenes of Fashion-MNIST's things, the same for the same seed. A \
      folder in YOLO's, COCO's or VOC's format is measured on its part test, else val, else on a \
      fifth of its images.

      EXAMPLE: diyml-demo demo-detection ./street
      """)

  private static let standardBudgetSeconds: Int32 = 300

  @Argument(help: "A folder in one of the formats of diyml data import.") var data: String?
  @Option(help: "yolo, coco, voc or csv; found out if not given.") var format: DataSetFormat?
  @OptionGroup var training: TrainingOptions
  @Option(help: "Scenes to learn from.") var scenes = 320
  @Option(help: "Scenes for the test.") var testScenes = 80
  @Option(help: "The side of a scene in pixels.") var sceneSide = 224

  func validate() throws {
    guard (4...10_000).contains(scenes), (1...2_000).contains(testScenes),
      (64...1_024).contains(sceneSide)
    else {
      throw ValidationError(
        "--scenes may be 4 to 10000, --test-scenes 1 to 2000, --scene-side 64 to 1024.")
    }
  }

  func run() async throws {
    let system = System.live()
    let parameters = training.parameters(timeBudgetSeconds: Self.standardBudgetSeconds)
    let report = try await reporting(system) {
      let split = try await split(system)
      return DetectionJobReport(
        try await JobRunner(name: "demo-detection", system: system).run(
          project: "things", split: split, parameters: parameters))
    }
    system.output("\n")
    report.table().lines(cellsMax: system.terminal.columns).forEach { system.output($0 + "\n") }
    system.output("\n\(report.summary)\n")
    system.output(nextSteps(report.job.split))
    report.job.outcome.pages.forEach { system.output("pictures in \($0)\n") }
    let path = try report.file(at: system.now()).write()
    system.output("raw numbers in \(path)\n")
    system.output("\(report.resultLine(data: nil))\n")
  }

  private func split(_ system: System) async throws -> DataSplit {
    if let data {
      return try await DataSplit.boxes(of: data, format: format, complain: system.complaints)
    }
    system.output("==> scenes of Fashion-MNIST in \(SceneFolder.folder)\n")
    try await SceneFolder(
      side: sceneSide, trainingCount: scenes, testCount: testScenes,
      seed: UInt64(bitPattern: training.seed)
    ).write()
    return try await DataSplit.boxes(
      of: SceneFolder.folder, format: .yolo, complain: system.complaints)
  }

  private func nextSteps(_ split: DataSplit) -> String {
    let image = split.test.first?.path ?? "IMAGE"
    let programs = OwnServer.programs
    return """

      The demo's server is gone. To go on with one of your own:
        \(programs)/diymld --data ~/diyml-data --listen 127.0.0.1:7001 &
        export PATH="\(programs):$PATH"
        diyml account create ada
        diyml project create things --type detection
        diyml data import things \(data ?? SceneFolder.folder) --split train,val
        diyml data analyze things --report images.html
        diyml train start things
        diyml train report things --output training.html
        diyml publish things
        diyml infer ada/things \(image) --draw answer.svg


      """
  }
}

/// The main job with boxes as a measurement.
struct EvaluateDetectionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate-detection",
    abstract: "Train on a data set's parts train and val, and measure on its part test.",
    discussion: """
      Figures are COCO's, over at most 100 answers an image. Bad lines and training images that \
      are refused are listed and left out. Images a second are those of training as the server \
      tells them, and of inference through the client, with the images read from disk and sent \
      over the network.

      EXAMPLE: diyml-demo evaluate-detection ../shared/data/bccd --time-budget 1800
      """)

  private static let standardBudgetSeconds: Int32 = 1_740

  @Argument(help: "The data set's folder.") var data: String
  @Option(help: "yolo, coco, voc or csv; found out if not given.") var format: DataSetFormat?
  @OptionGroup var training: TrainingOptions

  func run() async throws {
    let system = System.live()
    let parameters = training.parameters(timeBudgetSeconds: Self.standardBudgetSeconds)
    let report = try await reporting(system) {
      let split = try await DataSplit.boxes(
        of: data, format: format, complain: system.complaints)
      return DetectionJobReport(
        try await JobRunner(name: "eval-detection", system: system).run(
          project: "evaluation", split: split, parameters: parameters))
    }
    system.output("\n")
    report.table().lines().forEach { system.output($0 + "\n") }
    system.output("\n\(report.summary)\n")
    report.job.outcome.pages.forEach { system.output("pictures in \($0)\n") }
    let path = try report.file(at: system.now()).write()
    system.output("raw numbers in \(path)\n")
    system.output("\(report.resultLine(data: report.job.split.name))\n")
  }
}
