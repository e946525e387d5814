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
    let request = ListImagesRequest(
      project: project, className: className ?? "", unlabeled: unlabeled)
    let answer = try await context.connected { clients in
      try await clients.images(request, limit: limit == 0 ? .max : limit)
    }
    try context.report(answer) {
      let table = Table(
        [
          .init("ID"), .init("FILE"), .init("LABEL"), .init("FORMAT"),
          .init("SIZE", isNumeric: true), .init("BYTES", isNumeric: true),
        ],
        rows: answer.images.map { image in
          [
            Format.shortID(image.id), image.fileName, image.label, image.format.word,
            "\(image.width)x\(image.height)", Format.bytes(image.sizeBytes),
          ]
        })
      context.print(table, ifEmpty: "no images (try: diyml data upload \(project) PATH)")
      if !answer.nextPageToken.isEmpty { context.note("there are more; --limit 0 shows all") }
    }
  }
}

extension Clients {
  /// Images of a project, page by page.
  func images(
    _ request: ListImagesRequest, limit: Int = .max
  ) async throws -> ListImagesResponse {
    try await ListImagesResponse.joined(\.images, limit: limit) { size, page in
      var request = request
      (request.pageSize, request.pageToken) = (size, page)
      return try await data.listImages(request, options: options)
    }
  }
}

extension Image {
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
    let image = try await context.connected { clients in
      let id = try await ImageID.resolve(id, in: project, clients)
      return try await clients.data.getImage(
        GetImageRequest(project: project, id: id), options: clients.options)
    }
    try context.report(image) {
      context.print([
        ("id", image.id), ("file", image.fileName), ("label", image.label),
        ("format", image.format.word), ("size", "\(image.width)x\(image.height)"),
        ("bytes", "\(image.sizeBytes)"),
        ("uploaded", Format.time(image.createTime)),
      ])
      guard case .boxes(let value) = image.annotation?.value else { return }
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
    let image = try await context.connected { clients in
      let id = try await ImageID.resolve(id, in: project, clients)
      let image = try await clients.data.getImage(
        GetImageRequest(project: project, id: id), options: clients.options)
      let request = DownloadImageRequest(project: project, id: id)
      try await clients.data.downloadImage(request, options: clients.streamOptions) { parts in
        for try await part in parts { try file.write(part.chunk) }
      }
      return image
    }
    try file.finish(bytes: image.sizeBytes)
    try context.report(image) {
      context.print("saved \(Format.bytes(image.sizeBytes)) to \(output)")
    }
  }
}
