import API
import DataSets

/// Where each image of a project goes in a folder, and what is said of it there.
struct ExportPlan: Sendable {
  struct Placed: Sendable, Equatable {
    let id: String
    let bytes: Int64
    let labeled: LabeledImage
  }

  private(set) var images: [Placed] = []
  /// Images without a label are left out: the formats cannot tell them from background.
  private(set) var unlabeledCount = 0
  let classNames: [String]

  private static let stemBytesMax = 200

  /// The same project gives the same names.
  init(_ stored: [Image], classes: [Class], format: DataSetFormat) {
    classNames = classes.map(\.name)
    var stems: Set<String> = []
    for image in stored {
      guard let label = Self.label(of: image) else {
        unlabeledCount += 1
        continue
      }
      let size = PixelSize(width: Int(image.width), height: Int(image.height))
      let name = Self.name(of: image, &stems)
      let path = format.imagePath(name: name, label: label, split: nil)
      images.append(
        Placed(
          id: image.id, bytes: image.sizeBytes,
          labeled: LabeledImage(path: path, size: size, label: label)))
    }
  }

  var dataSet: DataSet { DataSet(classNames: classNames, images: images.map(\.labeled)) }

  var boxCount: Int {
    images.reduce(0) { count, image in
      guard case .boxes(let boxes) = image.labeled.label else { return count }
      return count + boxes.count
    }
  }

  private static func label(of image: Image) -> Label? {
    switch image.annotation?.value {
    case .className(let name): .className(name)
    case .boxes(let boxes):
      .boxes(
        boxes.boxes.map { box in
          LabeledBox(
            className: box.className, xMin: box.xMin, yMin: box.yMin, xMax: box.xMax,
            yMax: box.yMax)
        })
    case nil: nil
    }
  }

  /// The name an image was uploaded under, made harmless and unlike all others before its ending,
  /// whatever the case of its letters.
  private static func name(of image: Image, _ stems: inout Set<String>) -> String {
    let endings = endings(of: image.format)
    var stem = image.fileName.unicodeScalars.map { scalar in
      let isHarmless =
        scalar != "/" && scalar != "\\" && scalar.properties.generalCategory != .control
      return isHarmless ? String(scalar) : "_"
    }.joined()
    var ending = endings[0]
    if let dot = stem.lastIndex(of: ".") {
      let given = String(stem[stem.index(after: dot)...])
      if endings.contains(given.lowercased()) {
        ending = given
        stem = String(stem[..<dot])
      }
    }
    while stem.utf8.count > stemBytesMax { stem.removeLast() }
    if stem.isEmpty || stem.hasPrefix(".") { stem = "image" + stem }
    if !stems.insert(stem.lowercased()).inserted {
      stem += "-" + image.id.prefix(16)
      stems.insert(stem.lowercased())
    }
    return "\(stem).\(ending)"
  }

  private static func endings(of format: ImageFormat) -> [String] {
    switch format {
    case .jpeg: ["jpg", "jpeg"]
    case .png: ["png"]
    case .webp: ["webp"]
    case .gif: ["gif"]
    case .unspecified, .unrecognized: ["image"]
    }
  }
}
