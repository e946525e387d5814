internal import JSONText

/// Writes what `COCOReader` reads: `annotations/instances_train.json` and so on, an entry a line.
enum COCOWriter {
  static func files(of dataSet: DataSet) -> [DataSetWriter.File] {
    let parts = Dictionary(grouping: dataSet.boxedImages) { $0.image.split }
    let splits: [Split?] = Split.allCases + [nil]
    return splits.compactMap { split in
      guard let images = parts[split] else { return nil }
      let name = split.map { "instances_\($0.rawValue)" } ?? "instances"
      return DataSetWriter.File(
        path: "annotations/\(name).json", text: document(images, dataSet.classNames))
    }
  }

  private static func document(
    _ images: [(image: LabeledImage, size: PixelSize, boxes: [LabeledBox])], _ classes: [String]
  ) -> String {
    var numbers: [String: Int] = [:]
    for (index, name) in classes.enumerated() { numbers[name] = index + 1 }
    var imageLines: [String] = []
    var annotationLines: [String] = []
    for (index, (image, size, boxes)) in images.enumerated() {
      let name =
        image.path.hasPrefix("images/") ? String(image.path.dropFirst(7)) : image.path
      imageLines.append(
        "{\"id\": \(index + 1), \"file_name\": \(name.quotedJSON), \"width\": \(size.width), "
          + "\"height\": \(size.height)}")
      for box in boxes {
        let (width, height) = (box.xMax - box.xMin, box.yMax - box.yMin)
        annotationLines.append(
          "{\"id\": \(annotationLines.count + 1), \"image_id\": \(index + 1), "
            + "\"category_id\": \(numbers[box.className] ?? 0), "
            + "\"bbox\": [\(box.xMin), \(box.yMin), \(width), \(height)], "
            + "\"area\": \(width * height), \"iscrowd\": \(box.isCrowd ? 1 : 0), "
            + "\"segmentation\": []}")
      }
    }
    let categoryLines = classes.enumerated().map { index, name in
      "{\"id\": \(index + 1), \"name\": \(name.quotedJSON)}"
    }
    return "{\n\"images\": [\n\(imageLines.joined(separator: ",\n"))\n],\n\"annotations\": [\n"
      + annotationLines.joined(separator: ",\n") + "\n],\n\"categories\": [\n"
      + categoryLines.joined(separator: ",\n") + "\n]\n}\n"
  }
}
