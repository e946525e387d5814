import API
import ArgumentParser
import RPCCore

/// The commands about projects.
struct ProjectGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "project",
    abstract: "Make, show and delete projects.",
    discussion: "EXAMPLE: diyml project create pets",
    subcommands: [ProjectList.self, ProjectCreate.self, ProjectShow.self, ProjectDelete.self])
}

/// Advice for commands that name a project.
let projectHints: [StatusCode: String] = [.notFound: "diyml project list shows yours"]

struct ProjectList: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List your projects.",
    discussion: "EXAMPLE: diyml project list")

  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await ListProjectsResponse.joined(\.projects) { size, page in
        try await clients.data.listProjects(
          ListProjectsRequest(pageSize: size, pageToken: page), options: clients.options)
      }
    }
    try context.report(answer) {
      let table = Table(
        [
          .init("NAME"), .init("TYPE"), .init("CLASSES", isNumeric: true),
          .init("IMAGES", isNumeric: true), .init("LABELED", isNumeric: true), .init("TRAINING"),
          .init("PUBLISHED"),
        ],
        rows: answer.projects.map { project in
          [
            project.name, project.type.word, "\(project.classes.count)",
            "\(project.imageCount)", "\(project.labeledImageCount)", project.trainingText,
            project.publishedText,
          ]
        })
      context.print(table, ifEmpty: "no projects yet (try: diyml project create NAME)")
    }
  }
}

extension Project {
  fileprivate var trainingText: String {
    ResourceAddress.number(of: newestTraining).map { "\($0) \(trainingState.word)" } ?? "-"
  }

  fileprivate var publishedText: String {
    let numbers = publishedModels.compactMap { ResourceAddress.number(of: $0) }
    return numbers.isEmpty ? "-" : numbers.map(String.init).joined(separator: " ")
  }
}

/// A project's type as an argument.
enum ProjectTypeArgument: String, ExpressibleByArgument, CaseIterable, Sendable {
  case classification, detection

  var type: ProjectType {
    switch self {
    case .classification: .classification
    case .detection: .detection
    }
  }
}

struct ProjectCreate: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make a project.",
    discussion: "EXAMPLE: diyml project create pets --description \"Cats and dogs\"")
  static let hints: [StatusCode: String] = [.alreadyExists: "diyml project show NAME"]

  @Argument(help: "1 to 64 letters, digits, '.', '_' and '-'.") var name: String
  @Option(help: "One class for an image, or boxes in it.")
  var type = ProjectTypeArgument.classification
  @Option(help: "At most 1,000 bytes.") var description = ""
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let request = CreateProjectRequest(
      project: name, type: type.type, description: description)
    let project = try await context.connected { clients in
      try await clients.data.createProject(request, options: clients.keyedOptions)
    }
    try context.report(project) {
      context.print("made \(type.rawValue) project \(project.project)")
    }
  }
}

struct ProjectShow: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a project.",
    discussion: "EXAMPLE: diyml project show pets")
  static let hints = projectHints

  @Argument(help: "The project's name.") var name: String
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let project = try await context.connected { clients in
      try await clients.data.getProject(
        GetProjectRequest(project: name), options: clients.options)
    }
    try context.report(project) {
      var rows = [
        ("name", project.project), ("type", project.type.word),
        ("classes", project.classes.map(\.name).joined(separator: ", ")),
        ("images", "\(project.imageCount), \(project.labeledImageCount) labeled"),
        ("training", project.trainingText), ("published", project.publishedText),
        ("made", Format.time(project.createTime)),
      ]
      if !project.description.isEmpty { rows.insert(("description", project.description), at: 2) }
      context.print(rows)
    }
  }
}

struct ProjectDelete: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete a project with its images, trainings and models.",
    discussion: "EXAMPLE: diyml project delete pets")
  static let hints = projectHints

  @Argument(help: "The project's name.") var name: String
  @Flag(help: "Do not ask.") var yes = false
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    try context.confirm(
      "Delete project \(name) with its images, trainings and models?", isConfirmed: yes)
    let answer = try await context.connected { clients in
      try await clients.data.deleteProject(
        DeleteProjectRequest(project: name), options: clients.keyedOptions)
    }
    try context.report(answer) { context.print("deleted project \(name)") }
  }
}
