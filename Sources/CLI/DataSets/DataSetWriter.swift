import Foundation

/// Writes the labels of a data set in one of the formats; the images are put in their places by
/// whoever has them, at `DataSetFormat.imagePath`.
package struct DataSetWriter: Sendable {
  /// A file of labels.
  package struct File: Hashable, Sendable {
    /// Relative to the data set's folder.
    package let path: String
    package let text: String
  }

  private let format: DataSetFormat

  package init(format: DataSetFormat) { self.format = format }

  /// The files of labels; images without a label are left out.
  ///
  /// - Throws: `.cannotHold` for labels the format has no way to say, or images whose labels would
  ///   share a file.
  package func files(of dataSet: DataSet) throws(DataSetError) -> [File] {
    try check(dataSet)
    let files: [File] =
      switch format {
      case .yolo: try YOLOWriter.files(of: dataSet)
      case .coco: COCOWriter.files(of: dataSet)
      case .voc: VOCWriter.files(of: dataSet)
      case .folder: []
      case .csv: [TableWriter.file(of: dataSet)]
      }
    var seen: Set<String> = []
    for file in files where !seen.insert(file.path).inserted {
      throw .cannotHold(format, what: "two images with labels in \(file.path)")
    }
    return files
  }

  /// Writes the files of labels into a folder.
  ///
  /// - Throws: as `files(of:)`, and `.unwritable`.
  package func write(_ dataSet: DataSet, to folder: String) throws(DataSetError) {
    for file in try files(of: dataSet) {
      let path = "\(folder)/\(file.path)"
      do {
        try FileManager.default.createDirectory(
          atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(file.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      } catch {
        throw .unwritable(file: path, reason: error.localizedDescription)
      }
    }
  }

  private func check(_ dataSet: DataSet) throws(DataSetError) {
    var hasClasses = false
    var hasBoxes = false
    for image in dataSet.images {
      switch image.label {
      case .className:
        hasClasses = true
        guard format.holdsClasses else { throw .cannotHold(format, what: "the class of an image") }
      case .boxes(let boxes):
        hasBoxes = true
        guard format.holdsBoxes else { throw .cannotHold(format, what: "boxes") }
        guard image.size != nil else {
          throw .cannotHold(format, what: "boxes in an image of unknown size: \(image.path)")
        }
        guard format == .coco || !boxes.contains(where: \.isCrowd) else {
          throw .cannotHold(format, what: "a crowd: \(image.path)")
        }
      case nil: continue
      }
    }
    guard !hasClasses || !hasBoxes else {
      throw .cannotHold(format, what: "classes and boxes side by side")
    }
  }
}

extension DataSet {
  /// Images with boxes, and those.
  var boxedImages: [(image: LabeledImage, size: PixelSize, boxes: [LabeledBox])] {
    images.compactMap { image in
      guard case .boxes(let boxes) = image.label, let size = image.size else { return nil }
      return (image, size, boxes)
    }
  }
}
