import API
import ArgumentParser
import RPCCore

struct DataList: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List a project's images in the order of their upload.",
    discussion: "EXAMPLE: diyml data list pets --class cat --limit 20")
  static let hints = projectHints

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
    let request = ListDataPointsRequest(
      project: project, className: className ?? "", unlabeled: unlabeled)
    let answer = try await context.connected { clients in
      try await clients.dataPoints(request, limit: limit == 0 ? .max : limit)
    }
    try context.report(answer) {
      let table = Table(
        [
          .init("ID"), .init("FILE"), .init("LABEL"), .init("FORMAT"),
          .init("SIZE", isNumeric: true), .init("BYTES", isNumeric: true),
        ],
        rows: answer.dataPoints.map { image in
          [
            Format.shortID(image.id), image.fileName, image.label, image.format.word,
            "\(image.width)x\(image.height)", Format.bytes(image.bytes),
          ]
        })
      context.print(table, ifEmpty: "no images (try: diyml data upload \(project) PATH)")
      if !answer.nextPageToken.isEmpty { context.note("there are more; --limit 0 shows all") }
    }
  }
}

extension Clients {
  /// Images of a project, page by page.
  func dataPoints(
    _ request: ListDataPointsRequest, limit: Int = .max
  ) async throws -> ListDataPointsResponse {
    try await ListDataPointsResponse.joined(\.dataPoints, limit: limit) { size, page in
      var request = request
      (request.pageSize, request.pageToken) = (size, page)
      return try await data.listDataPoints(request, options: options)
    }
  }
}

extension DataPoint {
  /// The annotation as one cell of a table.
  var label: String {
    switch annotation?.value {
    case .className(let name): name
    case .boxes(let value): Format.count(value.boxes.count, "box", plural: "boxes")
    case nil: "-"
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
    try context.report(GetDataPointResponse(dataPoint: point)) {
      context.print([
        ("id", point.id), ("file", point.fileName), ("label", point.label),
        ("format", point.format.word), ("size", "\(point.width)x\(point.height)"),
        ("bytes", "\(point.bytes)"),
        ("uploaded", Format.time(unixMilliseconds: point.createTimeUnixMs)),
      ])
      guard case .boxes(let value) = point.annotation?.value else { return }
      for box in value.boxes {
        let corners = Format.corners(box.xMin, box.yMin, box.xMax, box.yMax)
        context.print("box   \(corners)  \(TextWidth.printable(box.className))")
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
    try context.report(GetDataPointResponse(dataPoint: point)) {
      context.print("saved \(Format.bytes(point.bytes)) to \(output)")
    }
  }
}
