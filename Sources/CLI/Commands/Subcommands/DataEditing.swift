import API
import ArgumentParser
import RPCCore
import WellKnownTypes

/// A box as an argument: `X_MIN,Y_MIN,X_MAX,Y_MAX,CLASS`; the class may hold commas.
struct BoxArgument: ExpressibleByArgument, Sendable {
  let box: Box

  init?(argument: String) {
    let parts = argument.split(
      separator: ",", maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 5, !parts[4].isEmpty else { return nil }
    let numbers = parts[..<4].compactMap { Double($0) }
    guard numbers.count == 4, numbers.allSatisfy(\.isFinite) else { return nil }
    box = Box(
      xMin: numbers[0], yMin: numbers[1], xMax: numbers[2], yMax: numbers[3],
      className: String(parts[4]))
  }
}

struct DataRelabel: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "relabel",
    abstract: "Give images another class, boxes, or no label.",
    discussion: """
      EXAMPLE: diyml data relabel pets 3f8a90c1 --label dog
      EXAMPLE: diyml data relabel street 77aa01 --box 10,20,110,80,car --box 5,5,30,60,person
      """)
  static let hints = imageHints

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "The images' ids, or their first digits.") var ids: [String]
  @Option(help: "The class.") var label: String?
  @Option(
    name: .customLong("box"),
    help: ArgumentHelp(
      "A box in pixels; may be given more than once.", valueName: "x_min,y_min,x_max,y_max,class"))
  var boxes: [BoxArgument] = []
  @Flag(help: "In detection projects: looked at, and nothing there.") var nothingThere = false
  @Flag(help: "Take the label away.") var unlabeled = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    let choices = [label != nil, !boxes.isEmpty, nothingThere, unlabeled].filter { $0 }.count
    guard choices == 1 else {
      throw ValidationError("Give one of --label, --box, --nothing-there and --unlabeled.")
    }
  }

  private var annotation: Annotation? {
    if let label { return Annotation(value: .className(label)) }
    if unlabeled { return nil }
    return Annotation(value: .boxes(Boxes(boxes: boxes.map(\.box))))
  }

  func perform(in context: CommandContext) async throws {
    let answers = try await context.connected { clients in
      var answers: [Image] = []
      for id in ids {
        let id = try await ImageID.resolve(id, in: project, clients)
        answers.append(try await relabel(id, clients))
      }
      return answers
    }
    try context.report(answers) {
      for image in answers {
        context.print(TextWidth.printable("\(Format.shortID(image.id)) is \(image.label)"))
      }
    }
  }

  private func relabel(_ id: String, _ clients: Clients) async throws -> Image {
    guard let annotation else {
      return try await clients.data.removeAnnotation(
        RemoveAnnotationRequest(project: project, id: id), options: clients.keyedOptions)
    }
    return try await clients.data.setAnnotation(
      SetAnnotationRequest(project: project, id: id, annotation: annotation),
      options: clients.keyedOptions)
  }
}

struct DataDelete: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete images from a project.",
    discussion: "EXAMPLE: diyml data delete pets 3f8a90c1")
  static let hints = imageHints

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "The images' ids, or their first digits.") var ids: [String]
  @Flag(help: "Do not ask.") var yes = false
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    try context.confirm(
      "Delete \(Format.count(ids.count, "image")) from project \(project)?", isConfirmed: yes)
    let deleted = try await context.connected { clients in
      var deleted: [(id: String, answer: ProtoEmpty)] = []
      for id in ids {
        let id = try await ImageID.resolve(id, in: project, clients)
        let answer = try await clients.data.deleteImage(
          DeleteImageRequest(project: project, id: id), options: clients.keyedOptions)
        deleted.append((id, answer))
      }
      return deleted
    }
    try context.report(deleted.map { $0.answer }) {
      for (id, _) in deleted { context.print("deleted \(Format.shortID(id))") }
    }
  }
}
