/// CSV with a header: a row for each image and its class, or a row for each object; an image with
/// empty cells for class and edges is background.
enum TableReader {
  /// Tables right in the folder, or in a folder of a part.
  static func standardFiles(_ files: FolderFiles) -> [String] {
    files.paths.filter { path in
      let folder = RelativePath.folder(of: path)
      return RelativePath.ending(of: path) == "csv"
        && (folder.isEmpty || Split(name: folder) != nil)
    }
  }

  static func read(into collector: inout DataSetCollector) throws(DataSetError) {
    let paths = standardFiles(collector.files)
    guard !paths.isEmpty else { throw .missing("\(collector.files.root) has no CSV file") }
    for path in paths {
      let text = try collector.files.text(path, bytesMax: collector.limits.tableBytesMax)
      do throws(SyntaxError) {
        let records = try TableRecords.read(text)
        guard let header = records.first else {
          throw SyntaxError(line: 1, reason: "the table is empty")
        }
        let columns = try Columns(header)
        for record in records.dropFirst() { take(record, columns, path, &collector) }
      } catch {
        throw .damaged(file: path, line: error.line, reason: error.reason)
      }
    }
  }

  /// Where the header says that things stand; case, `_`, `-` and spaces do not matter.
  struct Columns {
    let count: Int
    let image: Int
    let className: Int
    /// Left, top, right and bottom.
    let edges: [Int]?
    let split: Int?
    let width: Int?
    let height: Int?

    init(_ header: TableRecords.Record) throws(SyntaxError) {
      var places: [String: Int] = [:]
      for (place, cell) in header.cells.enumerated() {
        places[String(cell.lowercased().filter { $0.isLetter || $0.isNumber })] = place
      }
      func place(_ names: [String]) -> Int? { names.lazy.compactMap { places[$0] }.first }
      guard let image = place(["path", "file", "filename", "image", "imagepath"]) else {
        throw SyntaxError(line: header.line, reason: "no column 'path' in the header")
      }
      guard let className = place(["class", "label", "classname"]) else {
        throw SyntaxError(line: header.line, reason: "no column 'class' in the header")
      }
      let edges = [["xmin"], ["ymin"], ["xmax"], ["ymax"]].compactMap(place)
      guard edges.isEmpty || edges.count == 4 else {
        throw SyntaxError(
          line: header.line, reason: "only some of x_min, y_min, x_max and y_max in the header")
      }
      count = header.cells.count
      self.image = image
      self.className = className
      self.edges = edges.isEmpty ? nil : edges
      split = place(["split", "set", "part"])
      width = place(["width"])
      height = place(["height"])
    }
  }

  private static func take(
    _ record: TableRecords.Record, _ columns: Columns, _ file: String,
    _ collector: inout DataSetCollector
  ) {
    let place = DataSetCollector.Place(file: file, line: record.line)
    let cells = record.cells
    guard cells.count == columns.count else {
      return collector.problem(
        place, "\(cells.count) cells; the header has \(columns.count)")
    }
    let folder = RelativePath.folder(of: file)
    let path: String
    do {
      guard let found = try collector.files.image(cells[columns.image], in: [folder, "images"])
      else { return collector.problem(place, "the image '\(cells[columns.image])' is not there") }
      path = found
    } catch {
      return collector.problem(place, "'\(cells[columns.image])': \(error.reason)")
    }
    let split: Split?
    if let column = columns.split, !cells[column].isEmpty {
      guard let named = Split(name: cells[column]) else {
        return collector.problem(place, "the split '\(cells[column])'; want train, val or test")
      }
      split = named
    } else {
      let stem = RelativePath.stem(of: RelativePath.name(of: file))
      split = Split(wordsOf: stem) ?? Split(name: folder)
    }
    let name = cells[columns.className]
    guard let edges = columns.edges else {
      return collector.takeImage(
        path, className: name.isEmpty ? nil : name, split: split, at: place)
    }
    let declared = columns.width.flatMap { width in
      columns.height.flatMap { height in size(cells[width], cells[height]) }
    }
    guard
      collector.takeImage(path, split: split, declared: declared, isNew: false, at: place) != nil
    else { return }
    let sides = edges.map { cells[$0] }
    if name.isEmpty, sides.allSatisfy(\.isEmpty) { return }
    let values = sides.compactMap { Double($0) }
    guard values.count == 4 else {
      return collector.problem(place, "'\(sides.joined(separator: ","))' are not four numbers")
    }
    collector.add(
      LabeledBox(
        className: name, xMin: values[0], yMin: values[1], xMax: values[2], yMax: values[3]),
      to: path, at: place)
  }

  private static func size(_ width: String, _ height: String) -> PixelSize? {
    guard let width = Int(width), let height = Int(height) else { return nil }
    return PixelSize(width: width, height: height)
  }
}
