import API
import ArgumentParser
import RPCCore

struct DataList: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List a project's images in the order of their upload.",
    discussion: "EXAMPLE: diyml data list pets --class cat --limit 20")
  static let hints = projectHints

  private static let pageMax = 1000

  @Argument(help: "The project's name.") var project: String
  @Option(name: .customLong("class"), help: "Only images of this class, or with a box of it.")
  var className: String?
  @Flag(help: "Only images without a label.") var unlabeled = false
  @Option(help: "How many at most; 0 means all.") var limit = 100
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard limit >= 0 else { throw ValidationError("--limit is \(limit); it may be 0 or more.") }
  }

  func perform(in context: CommandContext) async throws {
    let (points, isCut) = try await context.connected { clients in
      var points: [DataPoint] = []
      var request = ListDataPointsRequest(
        project: project, className: className ?? "", unlabeled: unlabeled)
      repeat {
        let wanted = limit == 0 ? Self.pageMax : min(limit - points.count, Self.pageMax)
        request.pageSize = UInt32(wanted)
        let page = try await clients.data.listDataPoints(request, options: clients.options)
        points += page.dataPoints
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty && (limit == 0 || points.count < limit)
      return (points, !request.pageToken.isEmpty)
    }
    let view = DataPointListView(images: points.map(DataPointView.init), isCut: isCut)
    try context.report(view) {
      var table = Table([
        .init("ID"), .init("FILE"), .init("LABEL"), .init("FORMAT"),
        .init("SIZE", isNumeric: true), .init("BYTES", isNumeric: true),
      ])
      for image in view.images {
        table.append([
          Format.shortID(image.id), image.fileName, image.label, image.format,
          "\(image.width)x\(image.height)", Format.bytes(image.bytes),
        ])
      }
      context.print(table, ifEmpty: "no images (try: diyml data upload \(project) PATH)")
      if isCut { context.note("there are more; --limit 0 shows all") }
    }
  }
}

struct DataShow: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show what is known of an image.",
    discussion: "EXAMPLE: diyml data show pets 3f8a90c1")
  static let hints = imageHints

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "The image's id, or its first digits.") var id: String
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let point = try await context.connected { clients in
      let id = try await ImageID.resolve(id, in: project, clients)
      let request = GetDataPointRequest(project: project, id: id)
      return try await clients.data.getDataPoint(request, options: clients.options) { parts in
        for try await part in parts {
          if let point = part.dataPoint { return point }
        }
        throw Status(.internal, "the server sent no image")
      }
    }
    let view = DataPointView(point)
    try context.report(view) {
      context.print([
        ("id", view.id), ("file", view.fileName), ("label", view.label),
        ("format", view.format), ("size", "\(view.width)x\(view.height)"),
        ("bytes", "\(view.bytes)"), ("uploaded", view.created),
      ])
      for box in view.boxes ?? [] {
        let corners = [box.xMin, box.yMin, box.xMax, box.yMax].map { Format.fixed($0, digits: 1) }
        context.print("box   \(corners.joined(separator: ","))  \(TextWidth.printable(box.class))")
      }
    }
  }
}

struct DataGet: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Save an image's bytes, as they were uploaded.",
    discussion: "EXAMPLE: diyml data get pets 3f8a90c1 --output cat.jpg")
  static let hints = imageHints

  @Argument(help: "The project's name.") var project: String
  @Argument(help: "The image's id, or its first digits.") var id: String
  @Option(name: .shortAndLong, help: "The file to write.", completion: .file()) var output: String
  @Flag(help: "Overwrite the file.") var force = false
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let file = try OutputFile(path: output, overwrites: force)
    let point = try await context.connected { clients in
      let id = try await ImageID.resolve(id, in: project, clients)
      let request = GetDataPointRequest(project: project, id: id)
      return try await clients.data.getDataPoint(request, options: clients.streamOptions) {
        parts in
        var point: DataPoint?
        for try await part in parts {
          if let described = part.dataPoint { point = described }
          try file.write(part.chunk)
        }
        guard let point else { throw Status(.internal, "the server sent no image") }
        return point
      }
    }
    try file.finish(bytes: point.bytes)
    try context.report(DataPointView(point)) {
      context.print("saved \(Format.bytes(point.bytes)) to \(output)")
    }
  }
}
