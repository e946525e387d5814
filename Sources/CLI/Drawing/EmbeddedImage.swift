package import Foundation

/// An image's bytes within a drawing, which then needs no other file.
///
/// Viewers differ in whether they turn an image within a drawing as its EXIF block says. So the bytes
/// are to say nothing of it, and the drawing turns the image itself.
package struct EmbeddedImage: Sendable {
  /// Pixels of the image as it is shown.
  package let width: Double
  package let height: Double
  private let stored: (width: Double, height: Double)
  /// As EXIF counts: 1 to 8.
  private let orientation: Int
  private let address: String

  /// A file without an orientation of its own, and what EXIF said of that.
  ///
  /// Width and height are in pixels as they are stored; an orientation that is not 1 to 8 counts as 1.
  package init(bytes: Data, mediaType: String, width: Int, height: Int, orientation: Int) {
    stored = (Double(width), Double(height))
    self.orientation = (1...8).contains(orientation) ? orientation : 1
    let isTurned = self.orientation >= 5
    self.width = isTurned ? stored.height : stored.width
    self.height = isTurned ? stored.width : stored.height
    address = "data:\(mediaType);base64,\(bytes.base64EncodedString())"
  }

  /// How stored places become shown ones: x' = ax + cy + e, y' = bx + dy + f.
  private var matrix: [Double] {
    let (width, height) = stored
    return switch orientation {
    case 2: [-1, 0, 0, 1, width, 0]
    case 3: [-1, 0, 0, -1, width, height]
    case 4: [1, 0, 0, -1, 0, height]
    case 5: [0, 1, 1, 0, 0, 0]
    case 6: [0, 1, -1, 0, height, 0]
    case 7: [0, -1, -1, 0, height, width]
    case 8: [0, -1, 1, 0, 0, width]
    default: [1, 0, 0, 1, 0, 0]
    }
  }

  /// The element, of the image's own size in pixels, with its corner at 0, 0.
  ///
  /// The pixels of an enlarged one stay squares.
  func element(id: String? = nil, isEnlarged: Bool) -> String {
    let turning =
      orientation == 1
      ? "" : " transform=\"matrix(\(matrix.map(SVG.number).joined(separator: " ")))\""
    return "<image" + (id.map { " id=\"\($0)\"" } ?? "")
      + " width=\"\(SVG.number(stored.width))\" height=\"\(SVG.number(stored.height))\""
      + " preserveAspectRatio=\"none\"" + turning
      + (isEnlarged ? " style=\"image-rendering:pixelated\"" : "") + " href=\"\(address)\"/>"
  }

  /// From this many times its size on a picture counts as enlarged.
  static let enlargedMin = 2.0
}

extension SVG {
  /// The image with its corner at `corner`, `scale` times as large.
  package mutating func image(_ image: EmbeddedImage, at corner: Point, scale: Double) {
    place(image.element(isEnlarged: scale >= EmbeddedImage.enlargedMin), corner, scale)
  }

  /// An image that a page holds once, by its id.
  package mutating func image(id: String, at corner: Point, scale: Double) {
    place("<use href=\"#\(id)\"/>", corner, scale)
  }

  private mutating func place(_ element: String, _ corner: Point, _ scale: Double) {
    add(
      "<g transform=\"translate(\(Self.number(corner.x)) \(Self.number(corner.y)))"
        + " scale(\(NumberFormat.fixed(scale, digits: 5)))\">\(element)</g>")
  }
}
