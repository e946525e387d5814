import API
import Drawing
import Foundation
import RPCCore

/// Images of a project on a page, each once, as far as there is room.
struct PictureShelf {
  /// One image on the page.
  struct Picture: Sendable {
    let stored: Image
    /// What drawings refer to it by.
    let id: String
    let width: Double
    let height: Double
  }

  static let picturesMax = 150
  /// Of all image files together: what a browser still opens at ease.
  static let bytesMax: Int64 = 32 << 20
  static let imageBytesMax: Int64 = 4 << 20
  /// Below this side an image is shown with its pixels as squares.
  private static let smallSide = 120.0

  let clients: Clients
  let project: String
  private var pictures: [String: Picture] = [:]
  private var bytes: Int64 = 0
  /// Images that were asked for and are too large, too many or gone.
  private(set) var leftOut = 0

  init(clients: Clients, project: String) {
    self.clients = clients
    self.project = project
  }

  /// Gets the image with this id, unless the page has it already.
  ///
  /// - Returns: Nothing for an image for which there is no room, or which is gone.
  mutating func picture(_ id: String, on page: inout Page) async throws -> Picture? {
    if let picture = pictures[id] { return picture }
    guard pictures.count < Self.picturesMax, let (stored, file) = try await fetch(id),
      let image = embedded(file)
    else {
      leftOut += 1
      return nil
    }
    bytes += Int64(file.count)
    let isSmall = max(image.width, image.height) < Self.smallSide
    let picture = Picture(
      stored: stored, id: page.keep(image, enlarged: isSmall), width: image.width,
      height: image.height)
    pictures[id] = picture
    return picture
  }

  private func embedded(_ file: Data) -> EmbeddedImage? {
    do {
      return try EmbeddedImage(file: file)
    } catch {
      return nil  // the server took it for an image; a page can do without it
    }
  }

  private func fetch(_ id: String) async throws -> (Image, Data)? {
    let limit = min(Self.imageBytesMax, Self.bytesMax - bytes)
    do {
      let image = try await clients.data.getImage(
        GetImageRequest(project: project, id: id), options: clients.options)
      guard image.sizeBytes <= limit else { return nil }
      let request = DownloadImageRequest(project: project, id: id)
      return try await clients.data.downloadImage(request, options: clients.streamOptions) {
        parts in
        var file = Data()
        for try await part in parts {
          file.append(contentsOf: Data(part.chunk))
          guard file.count <= limit else { return nil }
        }
        return (image, file)
      }
    } catch let status as Status where status.code == .notFound {
      return nil
    }
  }
}

extension PictureShelf.Picture {
  /// The scale at which the longer side takes `side`.
  func scale(side: Double) -> Double { side / max(width, height) }

  /// The image with its boxes, or with nothing over it.
  func drawing(side: Double, _ colors: inout ClassColors) -> String {
    let scale = scale(side: side)
    var svg = SVG(width: width * scale)
    svg.image(id: id, at: (0, 0), scale: scale)
    if case .boxes(let boxes) = stored.annotation?.value {
      let marks = boxes.boxes.map { BoxLayer.Mark($0, color: colors.color(of: $0.className)) }
      BoxLayer(marks, width: width, height: height, textSize: 11)
        .draw(at: (0, 0), scale: scale, into: &svg)
    }
    return svg.figure(height: height * scale, label: stored.fileName)
  }

  /// The name of the file, or where there is none the beginning of the id.
  var name: String { stored.fileName.isEmpty ? Format.shortID(stored.id) : stored.fileName }
}

extension BoxLayer.Mark {
  /// A box that a person drew.
  init(_ box: Box, color: String, isDashed: Bool = false, note: String = "") {
    self.init(
      left: box.xMin, top: box.yMin, right: box.xMax, bottom: box.yMax,
      label: box.className + note, color: color, isDashed: isDashed)
  }

  /// A box that a model found.
  init(_ object: DetectedObject, color: String, isDashed: Bool = false) {
    self.init(
      left: object.xMin, top: object.yMin, right: object.xMax, bottom: object.yMax,
      label: "\(object.className) \(Format.fixed(object.confidence, digits: 2))", color: color,
      isDashed: isDashed)
  }
}
