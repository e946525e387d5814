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

/// `train.txt`, `val.txt` and `test.txt`: on each line the path of an image, and behind a tab
/// whatever one likes.
enum SplitLists {
  static func apply(to collector: inout DataSetCollector) throws(DataSetError) {
    for split in Split.allCases {
      let list = "\(split.rawValue).txt"
      guard collector.files.has(list) else { continue }
      let lines = try collector.files.lines(list, bytesMax: collector.limits.tableBytesMax)
      for (index, line) in lines.enumerated() {
        let path = String(line.prefix { $0 != "\t" })
        guard !path.isEmpty else { continue }
        let place = DataSetCollector.Place(file: list, line: index + 1)
        do {
          let path = try RelativePath.resolve(path)
          guard collector.files.has(path) else {
            collector.problem(place, "there is no image \(path)")
            continue
          }
          collector.setSplit(split, of: path)
        } catch {
          collector.problem(place, error.reason)
        }
      }
    }
  }
}
