import API
import ArgumentParser
import Codec
import RPCCore

/// The commands about a project's classes.
struct Classes: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Set, rename and show a project's classes.",
    discussion: "EXAMPLE: diyml classes set pets cat dog",
    subcommands: [
      ClassesSet.self, ClassesAdd.self, ClassesRename.self, ClassesMerge.self,
      ClassesRemove.self, ClassesShow.self, ClassesClear.self,
    ])
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

struct ClassesAdd: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add a class at the end of the list.",
    discussion: "EXAMPLE: diyml classes add pets bird")
  static let hints: [StatusCode: String] = [
    .notFound: "diyml project list shows yours",
    .alreadyExists: "diyml classes show PROJECT",
  ]

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "1 to 64 bytes.") var name: String
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await clients.data.createClass(
        CreateClassRequest(project: project, name: name), options: clients.keyedOptions)
    }
    try context.report(answer, answer.classes, of: project)
  }
}

struct ClassesRename: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename",
    abstract: "Rename a class; its images keep it.",
    discussion: "EXAMPLE: diyml classes rename pets dog hound")
  static let hints = classHints

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "What it is called now.") var old: String
  @Argument(help: "1 to 64 bytes.") var new: String
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      let (ids, etag) = try await clients.classes([old], of: project)
      return try await clients.data.updateClass(
        UpdateClassRequest(project: project, id: ids[0], name: new, etag: etag),
        options: clients.keyedOptions)
    }
    try context.report(answer, answer.classes, of: project)
  }
}

struct ClassesMerge: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Make several classes one: the first stays and gets the images of the others.",
    discussion: "EXAMPLE: diyml classes merge pets dog hound puppy")
  static let hints = classHints

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "The class that stays.") var name: String
  @Argument(help: "Those that go.") var merged: [String]
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      let (ids, etag) = try await clients.classes([name] + merged, of: project)
      return try await clients.data.mergeClasses(
        MergeClassesRequest(
          project: project, id: ids[0], mergedIds: Array(ids.dropFirst()), etag: etag),
        options: clients.keyedOptions)
    }
    try context.report(answer, answer.classes, of: project)
  }
}

struct ClassesRemove: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a class that no image has.",
    discussion: "EXAMPLE: diyml classes remove pets bird")
  static let hints = classHints

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "The class.") var name: String
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      let (ids, etag) = try await clients.classes([name], of: project)
      return try await clients.data.deleteClass(
        DeleteClassRequest(project: project, id: ids[0], etag: etag),
        options: clients.keyedOptions)
    }
    try context.report(answer, answer.classes, of: project)
  }
}

private let classHints: [StatusCode: String] = [
  .notFound: "diyml classes show PROJECT",
  .alreadyExists: "diyml classes merge PROJECT puts two together",
  .aborted: "somebody changed the classes just now; diyml classes show PROJECT",
  .failedPrecondition: "diyml classes merge PROJECT, or relabel or delete its images first",
]

extension Clients {
  /// The ids of classes with the list's etag.
  fileprivate func classes(
    _ names: [String], of project: String
  ) async throws -> (ids: [Int32], etag: String) {
    let list = try await data.getClasses(GetClassesRequest(project: project), options: options)
    let ids = try names.map { name in
      guard let entry = list.classes.first(where: { $0.name == name }) else {
        throw Status(.unknownClass, "project \(project) has no class \(name)")
      }
      return entry.id
    }
    return (ids, list.etag)
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
