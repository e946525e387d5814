import API
import ArgumentParser
import RPCCore

struct TrainReport: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write what a training has left to look at as a page with pictures.",
    discussion: """
      The page has the curves of the training, precision and recall, what was taken for what, a table \
      of the classes and, of detectors, validation images beside the truth. It needs no other file and \
      no network. A file that is there is written anew. With --json, the figures of the curves and of \
      what was taken for what go to standard output, and --output may be left out.

      EXAMPLE: diyml train report pets --output report.html
      """)
  static let hints: [StatusCode: String] = [
    .notFound: "diyml train list PROJECT shows them",
    .failedPrecondition: "only a training that succeeded has a report; diyml train list PROJECT",
  ]

  @Argument(help: "PROJECT@NUMBER; the newest that succeeded without @NUMBER.")
  var training: String
  @Option(name: .shortAndLong, help: "The file to write: HTML.", completion: .file())
  var output: String?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard output != nil || global.json else {
      throw ValidationError("--output FILE.html is missing; only --json goes without it.")
    }
  }

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await PageWriter(clients).training(training, to: output)
    }
    try context.report(answer) {
      context.print("wrote \(TextWidth.printable(output ?? ""))")
    }
  }
}
