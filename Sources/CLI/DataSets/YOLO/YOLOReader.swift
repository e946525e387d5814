/// YOLO as Ultralytics has it: `data.yaml` names the classes and the folders of images.
///
/// Beside `images/…/a.jpg` lies `labels/…/a.txt` with a line `class cx cy width height` for each
/// object, in parts of the image as it is shown. An image without that file, or with an empty one,
/// is background.
enum YOLOReader {
  private static let configurations = ["data.yaml", "data.yml", "dataset.yaml"]
  private static let nameLists = ["classes.txt", "obj.names"]

  static func fits(_ files: FolderFiles) -> Bool {
    (configurations + nameLists).contains(where: files.has)
  }

  static func read(into collector: inout DataSetCollector) throws(DataSetError) {
    let files = collector.files
    let names: [String?]
    var labels = LabelFiles()
    if let file = configurations.first(where: files.has) {
      let configuration = try YOLOConfiguration.read(file, &collector)
      names = configuration.names
      labels.names = names
      for part in configuration.parts {
        for image in part.images { try labels.read(image, split: part.split, &collector) }
      }
    } else if let file = nameLists.first(where: files.has) {
      let words = try files.lines(file, bytesMax: collector.limits.labelBytesMax).enumerated()
        .map { ConfigurationText.Word(text: $1.trimmed, line: $0 + 1) }
      names = YOLOConfiguration.checked(words.filter { !$0.text.isEmpty }, file, &collector)
      labels.names = names
      for image in files.images { try labels.read(image, split: nil, &collector) }
    } else {
      throw .missing("\(files.root) has no data.yaml (or classes.txt), which names the classes")
    }
    collector.setClasses(names.compactMap { $0 })
    labels.reportStrays(&collector)
  }
}

/// The text files beside the images.
struct LabelFiles {
  /// By number; nil for one that cannot be used.
  var names: [String?] = []
  private var read: Set<String> = []
  private var folders: Set<String> = []
  private static let otherFiles: Set<String> = [
    "classes.txt", "train.txt", "val.txt", "test.txt", "readme.txt", "readme.roboflow.txt",
    "readme.dataset.txt", "license.txt", "notes.txt",
  ]

  /// `images/a.jpg` is labelled in `labels/a.txt`; `a.jpg` in `a.txt`.
  static func path(of image: String) -> String {
    var parts = image.split(separator: "/").map(String.init)
    if let place = parts.dropLast().lastIndex(of: "images") { parts[place] = "labels" }
    return RelativePath.stem(of: parts.joined(separator: "/")) + ".txt"
  }

  mutating func read(
    _ image: String, split: Split?, _ collector: inout DataSetCollector
  ) throws(DataSetError) {
    let path = Self.path(of: image)
    folders.insert(RelativePath.folder(of: path))
    read.insert(path)
    let size = collector.takeImage(
      image, split: split, at: DataSetCollector.Place(file: image, line: nil))
    guard let size, collector.files.has(path) else { return }
    let lines = try collector.files.lines(path, bytesMax: collector.limits.labelBytesMax)
    for (index, line) in lines.enumerated() {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard !words.isEmpty else { continue }
      let place = DataSetCollector.Place(file: path, line: index + 1)
      switch object(words, size) {
      case .success(let box): collector.add(box, to: image, at: place)
      case .failure(let fault): collector.problem(place, fault.reason)
      }
    }
  }

  private struct Fault: Error { let reason: String }

  private func object(_ words: [Substring], _ size: PixelSize) -> Result<LabeledBox, Fault> {
    guard words.count == 5 else {
      return .failure(
        Fault(reason: "\(words.count) words; want class, center x, center y, width, height"))
    }
    guard let number = Int(words[0]), names.indices.contains(number) else {
      return .failure(
        Fault(reason: "class '\(words[0])'; there are \(names.count) classes, from 0"))
    }
    guard let name = names[number] else {
      return .failure(Fault(reason: "class \(number), whose name cannot be used"))
    }
    var values: [Double] = []
    for word in words.dropFirst() {
      guard let value = Double(word) else {
        return .failure(Fault(reason: "'\(word)' is not a number"))
      }
      values.append(value)
    }
    let (width, height) = (Double(size.width), Double(size.height))
    return .success(
      LabeledBox(
        className: name,
        xMin: (values[0] - values[2] / 2) * width, yMin: (values[1] - values[3] / 2) * height,
        xMax: (values[0] + values[2] / 2) * width, yMax: (values[1] + values[3] / 2) * height))
  }

  /// Labels without an image.
  func reportStrays(_ collector: inout DataSetCollector) {
    for path in collector.files.paths
    where RelativePath.ending(of: path) == "txt" && !read.contains(path)
      && folders.contains(RelativePath.folder(of: path))
      && !Self.otherFiles.contains(RelativePath.name(of: path).lowercased())
    {
      collector.problem(
        DataSetCollector.Place(file: path, line: nil), "labels for an image that is not there")
    }
  }
}
