/// ImageFolder: `CLASS/image.jpg`, or `train/CLASS/image.jpg` and so on; images right in the folder
/// have no class.
enum ClassFolders {
  static func fits(_ files: FolderFiles) -> Bool { files.images.contains { $0.contains("/") } }

  static func read(into collector: inout DataSetCollector) throws(DataSetError) {
    let images = collector.files.images.map { ($0, $0.split(separator: "/").map(String.init)) }
    guard !images.isEmpty else { throw .missing("\(collector.files.root) has no images") }
    let tops = Set(images.compactMap { $1.count > 1 ? $1[0] : nil })
    let hasSplits =
      !tops.isEmpty && tops.allSatisfy { Split(name: $0) != nil }
      && images.contains { $1.count > 2 }
    for (path, parts) in images {
      let inner = hasSplits ? parts.dropFirst() : parts[...]
      let split = hasSplits && parts.count > 1 ? Split(name: parts[0]) : nil
      collector.takeImage(
        path, className: inner.count > 1 ? inner.first : nil, split: split,
        at: DataSetCollector.Place(file: path, line: nil))
    }
  }
}

/// `train.txt`, `val.txt` and `test.txt`, which list images.
enum SplitLists {
  static func apply(to collector: inout DataSetCollector) throws(DataSetError) {
    for split in Split.allCases where collector.files.has("\(split.rawValue).txt") {
      for image in try collector.images(listedIn: "\(split.rawValue).txt") {
        collector.setSplit(split, of: image)
      }
    }
  }
}

extension DataSetCollector {
  /// The images of a list: on each line a path, taken from `folder`, and behind a tab anything.
  ///
  /// What is not there is a problem.
  mutating func images(
    listedIn list: String, from folder: String = ""
  ) throws(DataSetError) -> [String] {
    var images: [String] = []
    for (index, line) in try files.lines(list, bytesMax: limits.tableBytesMax).enumerated() {
      let text = String(line.prefix { $0 != "\t" }).trimmed
      guard !text.isEmpty else { continue }
      let place = Place(file: list, line: index + 1)
      do {
        let path = try RelativePath.resolve(text, in: folder)
        if files.has(path) {
          images.append(path)
        } else {
          problem(place, "there is no image \(path)")
        }
      } catch {
        problem(place, error.reason)
      }
    }
    return images
  }
}
