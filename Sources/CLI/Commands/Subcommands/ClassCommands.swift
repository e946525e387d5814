import API
import ArgumentParser
import Codec
import RPCCore

/// The commands about a project's classes.
struct Classes: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Set, rename and show a project's classes.",
    discussion: "EXAMPLE: diyml classes set pets cat dog",
    subcommands: [ClassesSet.self, ClassesRename.self, ClassesShow.self, ClassesClear.self])
}

struct ClassesSet: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Set the whole class list; classes that stay keep their images.",
    discussion: "EXAMPLE: diyml classes set pets cat dog")
  static let hints: [StatusCode: String] = [
    .notFound: "diyml project list shows yours",
    .failedPrecondition: "name that class too, or relabel or delete its images first",
  ]

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "Each 1 to 64 bytes.") var names: [String]
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let request = SetClassesRequest(project: project, classes: names.map { Class(name: $0) })
    let answer = try await context.connected { clients in
      try await clients.data.setClasses(request, options: clients.keyedOptions)
    }
    try context.report(answer, answer.classes, of: project)
  }
}

struct ClassesRename: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename",
    abstract: "Rename a class; its images keep it.",
    discussion: "EXAMPLE: diyml classes rename pets dog hound")
  static let hints = projectHints

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "What it is called now.") var old: String
  @Argument(help: "1 to 64 bytes.") var new: String
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      var classes = try await clients.data.getClasses(
        GetClassesRequest(project: project), options: clients.options
      ).classes
      guard let index = classes.firstIndex(where: { $0.name == old }) else {
        let status = Status(.notFound, "project \(project) has no class \(old)")
        throw CommandFailure.server(status, hint: "diyml classes show \(project)")
      }
      classes[index].name = new
      return try await clients.data.setClasses(
        SetClassesRequest(project: project, classes: classes), options: clients.keyedOptions)
    }
    try context.report(answer, answer.classes, of: project)
  }
}

struct ClassesShow: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the class list.",
    discussion: "EXAMPLE: diyml classes show pets")
  static let hints = projectHints

  @Argument(help: "The project's name.") var project: String
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await clients.data.getClasses(
        GetClassesRequest(project: project), options: clients.options)
    }
    try context.report(answer, answer.classes, of: project)
  }
}

struct ClassesClear: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear",
    abstract: "Remove every class.",
    discussion: "EXAMPLE: diyml classes clear pets --force")
  static let hints: [StatusCode: String] = [
    .notFound: "diyml project list shows yours",
    .failedPrecondition: "--force removes the labels of the images too",
  ]

  @Argument(help: "The project's name.") var project: String
  @Flag(help: "Even when images use one: they become unlabelled.") var force = false
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await clients.data.deleteClasses(
        DeleteClassesRequest(project: project, force: force), options: clients.keyedOptions)
    }
    try context.report(answer) { context.print("project \(project) has no classes now") }
  }
}

extension CommandContext {
  fileprivate func report(
    _ answer: some Message, _ classes: [Class], of project: String
  ) throws {
    try report(answer) {
      let table = Table(
        [.init("ID", isNumeric: true), .init("NAME")], rows: classes.map { ["\($0.id)", $0.name] })
      print(table, ifEmpty: "project \(project) has no classes (try: diyml classes set)")
    }
  }
}
