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
    let projects = try await context.connected { clients in
      var projects: [Project] = []
      var request = ListProjectsRequest(pageSize: 1000)
      repeat {
        let page = try await clients.data.listProjects(request, options: clients.options)
        projects += page.projects
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      return projects
    }
    let view = ProjectListView(projects: projects.map(ProjectView.init))
    try context.report(view) {
      var table = Table([
        .init("NAME"), .init("TYPE"), .init("CLASSES", isNumeric: true),
        .init("IMAGES", isNumeric: true), .init("LABELED", isNumeric: true), .init("TRAINING"),
        .init("PUBLISHED"),
      ])
      for project in view.projects {
        table.append([
          project.name, project.type, "\(project.classes.count)", "\(project.images)",
          "\(project.labeledImages)", project.trainingText, project.publishedText,
        ])
      }
      context.print(table, ifEmpty: "no projects yet (try: diyml project create NAME)")
    }
  }
}

extension ProjectView {
  fileprivate var trainingText: String {
    training == 0 ? "-" : "\(training) \(trainingState)"
  }

  fileprivate var publishedText: String {
    publishedVersions.isEmpty ? "-" : publishedVersions.map(String.init).joined(separator: " ")
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
    let answer = try await context.connected { clients in
      try await clients.data.createProject(request, options: clients.keyedOptions)
    }
    guard let project = answer.project else {
      throw CommandFailure.server(Status(.internal, "the server answered without a project"))
    }
    try context.report(ProjectView(project)) {
      context.print("made \(type.rawValue) project \(project.name)")
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
    let answer = try await context.connected { clients in
      try await clients.data.getProject(
        GetProjectRequest(project: name), options: clients.options)
    }
    guard let project = answer.project else {
      throw CommandFailure.server(Status(.internal, "the server answered without a project"))
    }
    let view = ProjectView(project)
    try context.report(view) {
      var rows = [
        ("name", "\(view.owner)/\(view.name)"), ("type", view.type),
        ("classes", view.classes.map(\.name).joined(separator: ", ")),
        ("images", "\(view.images), \(view.labeledImages) labelled"),
        ("training", view.trainingText), ("published", view.publishedText),
        ("made", view.created),
      ]
      if !view.description.isEmpty { rows.insert(("description", view.description), at: 2) }
      context.print(rows)
    }
  }
}

extension CommandContext {
  /// Prints names and values in two columns.
  func print(_ rows: [(name: String, value: String)]) {
    let width = rows.reduce(0) { max($0, TextWidth.cells($1.name)) }
    for row in rows {
      print(palette.dim(TextWidth.pad(row.name, to: width)) + "  " + TextWidth.printable(row.value))
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
    _ = try await context.connected { clients in
      try await clients.data.deleteProject(
        DeleteProjectRequest(project: name), options: clients.keyedOptions)
    }
    try context.report(DoneView(done: "deleted", name: name)) {
      context.print("deleted project \(name)")
    }
  }
}
