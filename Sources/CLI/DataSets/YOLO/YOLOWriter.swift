internal import JSONText

/// Writes what `YOLOReader` reads.
enum YOLOWriter {
  static func files(of dataSet: DataSet) throws(DataSetError) -> [DataSetWriter.File] {
    var numbers: [String: Int] = [:]
    for (number, name) in dataSet.classNames.enumerated() { numbers[name] = number }
    var files: [DataSetWriter.File] = []
    var images: [Split: [String]] = [:]
    for (image, size, boxes) in dataSet.boxedImages {
      images[image.split ?? .train, default: []].append(image.path)
      var text = ""
      for box in boxes {
        guard let number = numbers[box.className] else {
          throw .cannotHold(.yolo, what: "the class '\(box.className)', which is in no list")
        }
        text += "\(number) " + parts(of: box, in: size) + "\n"
      }
      files.append(DataSetWriter.File(path: LabelFiles.path(of: image.path), text: text))
    }
    var configuration = ""
    for split in Split.allCases {
      guard let paths = images[split] else { continue }
      let folder = "images/\(split.rawValue)"
      if paths.allSatisfy({ $0.hasPrefix(folder + "/") }) {
        configuration += "\(split.rawValue): \(folder)\n"
      } else {
        configuration += "\(split.rawValue): \(split.rawValue).txt\n"
        files.append(
          DataSetWriter.File(
            path: "\(split.rawValue).txt", text: paths.map { $0 + "\n" }.joined()))
      }
    }
    configuration += "nc: \(dataSet.classNames.count)\nnames:\n"
    for (number, name) in dataSet.classNames.enumerated() {
      configuration += "  \(number): \(name.quotedJSON)\n"
    }
    return [DataSetWriter.File(path: "data.yaml", text: configuration)] + files
  }

  private static func parts(of box: LabeledBox, in size: PixelSize) -> String {
    let (width, height) = (Double(size.width), Double(size.height))
    return [
      (box.xMin + box.xMax) / 2 / width, (box.yMin + box.yMax) / 2 / height,
      (box.xMax - box.xMin) / width, (box.yMax - box.yMin) / height,
    ].map { "\($0)" }.joined(separator: " ")
  }
}
