/// Writes what `VOCReader` reads: `Annotations/a.xml` for `JPEGImages/a.jpg`, and `ImageSets` where
/// parts are known.
enum VOCWriter {
  static func files(of dataSet: DataSet) -> [DataSetWriter.File] {
    var files: [DataSetWriter.File] = []
    var stems: [Split: [String]] = [:]
    for (image, size, boxes) in dataSet.boxedImages {
      let name = RelativePath.name(of: image.path)
      let stem = RelativePath.stem(of: name)
      if let split = image.split { stems[split, default: []].append(stem) }
      files.append(
        DataSetWriter.File(
          path: "Annotations/\(stem).xml", text: document(name, size, boxes)))
    }
    for split in Split.allCases {
      guard let stems = stems[split] else { continue }
      files.append(
        DataSetWriter.File(
          path: "ImageSets/Main/\(split.rawValue).txt", text: stems.map { $0 + "\n" }.joined()))
    }
    return files
  }

  private static func document(
    _ name: String, _ size: PixelSize, _ boxes: [LabeledBox]
  ) -> String {
    let objects = boxes.map { box in
      """
        <object>
          <name>\(escaped(box.className))</name>
          <difficult>0</difficult>
          <bndbox>
            <xmin>\(box.xMin)</xmin>
            <ymin>\(box.yMin)</ymin>
            <xmax>\(box.xMax)</xmax>
            <ymax>\(box.yMax)</ymax>
          </bndbox>
        </object>

      """
    }
    return """
      <annotation>
        <filename>\(escaped(name))</filename>
        <size>
          <width>\(size.width)</width>
          <height>\(size.height)</height>
          <depth>3</depth>
        </size>
      \(objects.joined())</annotation>

      """
  }

  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: String(character)
      }
    }.joined()
  }
}
