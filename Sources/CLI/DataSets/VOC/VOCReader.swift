/// Pascal VOC: an XML file for each image, with the edges of its objects in pixels as they stand.
///
/// An image without one is left out; one without an object is background.
enum VOCReader {
  static func fits(_ files: FolderFiles) -> Bool {
    files.paths.contains { RelativePath.ending(of: $0) == "xml" }
  }

  static func read(into collector: inout DataSetCollector) throws(DataSetError) {
    let paths = collector.files.paths.filter { RelativePath.ending(of: $0) == "xml" }
    guard !paths.isEmpty else { throw .missing("\(collector.files.root) has no XML files") }
    let splits = try imageSets(collector.files, collector.limits)
    for path in paths {
      let bytes = try collector.files.contents(of: path, bytesMax: collector.limits.labelBytesMax)
      do {
        let root = try MarkupReader.read(bytes, limits: collector.limits)
        let stem = RelativePath.stem(of: RelativePath.name(of: path))
        read(root, path, splits[stem], &collector)
      } catch {
        collector.problem(DataSetCollector.Place(file: path, line: error.line), error.reason)
      }
    }
  }

  private static func read(
    _ root: MarkupElement, _ file: String, _ split: Split?, _ collector: inout DataSetCollector
  ) {
    let place = DataSetCollector.Place(file: file, line: root.line)
    guard root.name == "annotation" else {
      return collector.problem(place, "the root element is \(root.name); want annotation")
    }
    guard let image = image(of: root, file, collector.files) else {
      let name = root.child("filename")?.text ?? RelativePath.stem(of: file)
      return collector.problem(place, "labels for the image '\(name)', which is not there")
    }
    let split = split ?? Split(name: RelativePath.name(of: RelativePath.folder(of: image)))
    guard
      collector.takeImage(image, split: split, declared: size(root.child("size")), at: place) != nil
    else { return }
    for object in root.children("object") {
      switch box(object) {
      case .success(let box):
        collector.add(box, to: image, at: DataSetCollector.Place(file: file, line: object.line))
      case .failure(let fault):
        collector.problem(DataSetCollector.Place(file: file, line: fault.line), fault.reason)
      }
    }
  }

  /// By the name it states, of which only the last part counts, else by the name of the XML file.
  private static func image(
    of root: MarkupElement, _ file: String, _ files: FolderFiles
  ) -> String? {
    let folder = RelativePath.folder(of: file)
    let above = RelativePath.folder(of: folder)
    let prefix = above.isEmpty ? "" : above + "/"
    let stem = RelativePath.stem(of: RelativePath.name(of: file))
    let stated = RelativePath.name(of: root.child("filename")?.text ?? "")
    let beside = [prefix + "JPEGImages", prefix + "images", folder]
    if !stated.isEmpty, stated != "..", stated != "." {
      do {
        if let found = try files.image(stated, in: beside) { return found }
      } catch {
        return nil
      }
    }
    // Some tools state names that were changed since; the XML file's own goes with the image.
    for folder in beside {
      for ending in FolderFiles.imageEndings.sorted() {
        let path = (folder.isEmpty ? "" : folder + "/") + stem + "." + ending
        if files.has(path) { return path }
      }
    }
    return files.image(stem: stem)
  }

  private static func size(_ element: MarkupElement?) -> PixelSize? {
    guard let width = element?.child("width").flatMap({ Int($0.text) }),
      let height = element?.child("height").flatMap({ Int($0.text) })
    else { return nil }
    return PixelSize(width: width, height: height)
  }

  private static func box(_ object: MarkupElement) -> Result<LabeledBox, SyntaxError> {
    guard let name = object.child("name")?.text, !name.isEmpty else {
      return .failure(SyntaxError(line: object.line, reason: "an object without a name"))
    }
    guard let element = object.child("bndbox") else {
      return .failure(SyntaxError(line: object.line, reason: "an object without a bndbox"))
    }
    var values: [Double] = []
    for key in ["xmin", "ymin", "xmax", "ymax"] {
      guard let side = element.child(key) else {
        return .failure(SyntaxError(line: element.line, reason: "a bndbox without \(key)"))
      }
      guard let value = Double(side.text) else {
        return .failure(
          SyntaxError(line: side.line, reason: "\(key) is '\(side.text)', which is not a number"))
      }
      values.append(value)
    }
    return .success(
      LabeledBox(
        className: name, xMin: values[0], yMin: values[1], xMax: values[2], yMax: values[3]))
  }

  /// `ImageSets/Main/train.txt` and so on: by the image's name without its ending.
  private static func imageSets(
    _ files: FolderFiles, _ limits: DataSetLimits
  ) throws(DataSetError) -> [String: Split] {
    var splits: [String: Split] = [:]
    for split in Split.allCases {
      let suffix = "ImageSets/Main/\(split.rawValue).txt"
      for path in files.paths where path == suffix || path.hasSuffix("/" + suffix) {
        for line in try files.lines(path, bytesMax: limits.tableBytesMax) {
          if let stem = line.split(whereSeparator: \.isWhitespace).first {
            splits[String(stem)] = split
          }
        }
      }
    }
    return splits
  }
}
