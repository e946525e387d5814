import API
import Drawing
import Foundation

/// Where `--draw` puts pictures.
enum DrawTarget: Sendable, Equatable {
  /// One drawing, of one image.
  case drawing(path: String)
  /// The same as PNG.
  case picture(path: String)
  /// One page with all images.
  case page(path: String)
  /// A drawing for each image.
  case folder(path: String)

  /// - Throws: `CommandFailure.usage` where the path does not say what to write, or there are too many
  ///   images for it.
  init(_ path: String, images: [String]) throws {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let ending = (path as NSString).pathExtension.lowercased()
    if path.hasSuffix("/") || (exists && isFolder.boolValue) {
      self = .folder(path: path)
    } else if ending == "html" || ending == "htm" {
      self = .page(path: path)
    } else if ending == "svg" || ending == "png" {
      guard images.count == 1 else {
        throw CommandFailure.usage(
          "--draw \(path) holds one image and there are \(images.count); want FILE.html or FOLDER/")
      }
      guard !images.contains(where: { Self.isSame($0, path) }) else {
        throw CommandFailure.usage("--draw \(path) would overwrite the image")
      }
      self = ending == "svg" ? .drawing(path: path) : .picture(path: path)
    } else {
      throw CommandFailure.usage("--draw \(path): want FILE.svg, FILE.png, FILE.html or FOLDER/")
    }
  }
}

extension DrawTarget {
  private static func isSame(_ one: String, _ other: String) -> Bool {
    func real(_ path: String) -> String {
      URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
    return real(one) == real(other)
  }
}

/// Draws the answers about image files as they come.
struct AnswerDrawer: Sendable {
  private struct State: Sendable {
    var colors = ClassColors()
    var page: [Page.Figure] = []
    var pageBytes = 0
    var leftOut = 0
    /// In lower case, so that no file hides another on any disk.
    var names: Set<String> = []
    /// A drawing that is to become PNG, and where.
    var waiting: (svg: String, path: String)?
  }

  let target: DrawTarget
  let title: String
  private let rasterizer: Rasterizer?
  private let state = Shared(State())

  /// What a browser still opens at ease.
  static let pageBytesMax = 64 << 20
  private static let drawingSides = 480.0...1_600.0
  private static let pageSides = 320.0...480.0

  /// - Throws: `CommandFailure.local` when the folder cannot be made, or what makes PNG is missing.
  init(_ target: DrawTarget, title: String, environment: [String: String]) throws {
    (self.target, self.title) = (target, title)
    switch target {
    case .picture: rasterizer = try Rasterizer(environment: environment)
    case .drawing, .page: rasterizer = nil
    case .folder(let path):
      rasterizer = nil
      do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      } catch {
        throw CommandFailure.local("folder \(path) cannot be made")
      }
    }
  }

  /// Draws one answer; nothing of an image that failed.
  ///
  /// - Returns: The file with the picture.
  func draw(_ answer: ImageAnswer) throws -> String? {
    guard case .response(let response) = answer.outcome else { return nil }
    let picture = AnswerPicture(
      image: try image(answer.file, response), response: response,
      name: (answer.file as NSString).lastPathComponent,
      longSides: isPage ? Self.pageSides : Self.drawingSides)
    let (svg, height) = state.withLock { picture.drawing(&$0.colors) }
    switch target {
    case .drawing(let path):
      try TextFile.write(svg.document(height: height), to: path)
      return path
    case .picture(let path):
      state.withLock { $0.waiting = (svg.document(height: height), path) }
      return path
    case .folder(let folder):
      let path = (folder as NSString).appendingPathComponent(fileName(picture.name))
      try TextFile.write(svg.document(height: height), to: path)
      return path
    case .page(let path):
      let drawing = svg.figure(height: height, label: picture.name)
      return state.withLock { state in
        guard state.pageBytes + drawing.utf8.count <= Self.pageBytesMax else {
          state.leftOut += 1
          return nil
        }
        state.pageBytes += drawing.utf8.count
        state.page.append(Page.Figure(drawing))
        return path
      }
    }
  }

  /// Writes the page or the PNG, if there is to be one.
  ///
  /// - Returns: How many images a page has no room for.
  func finish() async throws -> Int {
    if let rasterizer, let (svg, path) = state.withLock({ $0.waiting }) {
      try await rasterizer.write(svg, to: path)
    }
    guard case .page(let path) = target else { return 0 }
    let (figures, leftOut) = state.withLock { ($0.page, $0.leftOut) }
    var page = Page(title: title)
    page.paragraph(Format.count(figures.count, "image"), isFaint: true)
    if leftOut > 0 {
      page.note(
        "cut", "there is no room for \(Format.count(leftOut, "more image"))", tone: .warning)
    }
    page.figures(figures)
    try TextFile.write(page.document, to: path)
    return leftOut
  }

  private var isPage: Bool {
    if case .page = target { true } else { false }
  }

  /// - Throws: `CommandFailure.local` when the file is not the image that the answer is about.
  private func image(_ file: String, _ response: InferResponse) throws -> EmbeddedImage {
    let image: EmbeddedImage
    do {
      image = try EmbeddedImage(file: Data(contentsOf: URL(fileURLWithPath: file)))
    } catch {
      throw CommandFailure.local("\(file) cannot be drawn: it cannot be read as an image")
    }
    let (width, height) = (Double(response.imageWidth), Double(response.imageHeight))
    guard image.width == width, image.height == height else {
      throw CommandFailure.local(
        "\(file) cannot be drawn: it has \(NumberFormat.plain(image.width)) x "
          + "\(NumberFormat.plain(image.height)) pixels, and the answer is about "
          + "\(NumberFormat.plain(width)) x \(NumberFormat.plain(height))")
    }
    return image
  }

  /// `cat.jpg.svg`; with a number where another image has that name.
  private func fileName(_ name: String) -> String {
    state.withLock { state in
      var candidate = "\(name).svg"
      var number = 2
      while !state.names.insert(candidate.lowercased()).inserted {
        candidate = "\(name)-\(number).svg"
        number += 1
      }
      return candidate
    }
  }
}
