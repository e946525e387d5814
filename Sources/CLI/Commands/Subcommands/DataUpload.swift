import API
import ArgumentParser
import RPCCore

struct DataUpload: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "upload",
    abstract: "Upload images: files, or folders whose folders are the classes.",
    discussion: """
      In a classification project, the images in DIR/cat are of class cat, those right in DIR are \
      unlabelled, and --label gives all of them one class. What the project has already is not \
      sent again, so an upload that was cut short is simply repeated; a label that it has stays \
      unless --replace-labels says otherwise. Hidden files, symbolic links and files that are \
      not named as images are skipped in folders. The exit code is 1 when images were refused.

      EXAMPLE: diyml data upload pets ./photos
      """)
  static let hints = projectHints

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "Image files and folders.", completion: .file()) var paths: [String]
  @Option(help: "The class of all of them.") var label: String?
  @Flag(help: "Refuse classes the project does not have, instead of adding them.")
  var noNewClasses = false
  @Flag(help: "Replace labels that images have in the project already, instead of keeping them.")
  var replaceLabels = false
  @Flag(help: "Send files of any name: the server judges them by their content.")
  var allFiles = false
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let outcome = try await context.connected { clients in
      let answer = try await clients.data.getProject(
        GetProjectRequest(project: project), options: clients.options)
      let isClassification = answer.type == .classification
      guard isClassification || label == nil else {
        throw CommandFailure.usage(
          "project \(project) is for detection: images have boxes there (data relabel --box)")
      }
      let finder = ImageFinder(
        label: label, foldersAreClasses: isClassification, takesAllFiles: allFiles)
      let upload = ImageUpload(
        context: context, clients: clients, project: project, addsClasses: !noNewClasses,
        replacesLabels: replaceLabels)
      return try await upload.run(try finder.find(paths))
    }
    try context.report(outcome, as: outcome)
  }
}

extension ImageUpload.Outcome {
  /// `uploaded 2096 images (14 MB) in 0:07, relabelled 2, 5 there already`.
  package var summary: String {
    var parts = [
      "uploaded \(Format.count(uploaded, "image")) (\(Format.bytes(bytes))) "
        + "in \(Format.clock(seconds: seconds))"
    ]
    if relabeled > 0 { parts.append("relabelled \(relabeled)") }
    if kept > 0 { parts.append("kept \(Format.count(kept, "other label")) (see --replace-labels)") }
    if unchanged > 0 { parts.append("\(unchanged) there already") }
    return parts.joined(separator: ", ")
  }
}

extension CommandContext {
  private static let linesMax = 20

  /// Tells what an upload did: `value` for programs.
  ///
  /// - Throws: `CommandFailure.someItemsFailed` when images were refused.
  func report(
    _ outcome: ImageUpload.Outcome, as value: some Encodable, title: String = "",
    crowdCount: Int = 0
  ) throws {
    try report(value) {
      if !outcome.classesAdded.isEmpty {
        let names = outcome.classesAdded.joined(separator: ", ")
        print(TextWidth.printable("added classes: \(names)"))
      }
      print(title + outcome.summary)
      if crowdCount > 0 { note("left out \(Format.count(crowdCount, "crowd"))") }
      note("skipped", outcome.skipped)
      note("refused", outcome.refused)
    }
    guard outcome.refused.isEmpty else {
      throw CommandFailure.someItemsFailed(
        "\(Format.count(outcome.refused.count, "image")) refused; the rest is stored")
    }
  }

  /// Lists files that were left out and why.
  func note(_ what: String, _ files: [LeftOut]) {
    note("\(what) \(Format.count(files.count, "file")):", files, count: files.count)
  }

  /// Lists the first 20 of `count` lines under a title, if there are any.
  func note(_ title: String, _ lines: [some CustomStringConvertible], count: Int) {
    guard count > 0 else { return }
    note(title)
    for line in lines.prefix(Self.linesMax) { note(TextWidth.printable("  \(line)")) }
    if count > Self.linesMax { note("  and \(count - Self.linesMax) more") }
  }
}
