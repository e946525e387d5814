/// COCO: JSON files with images, annotations and categories, tied by ids.
///
/// Boxes are left edge, top edge, width and height in pixels. An image without an annotation is background.
enum COCOReader {
  /// JSON where data sets have it: in the folder itself, in `annotations`, in a folder of a part.
  static func standardFiles(_ files: FolderFiles) -> [String] {
    jsonFiles(files).filter { path in
      let folder = RelativePath.folder(of: path)
      return folder.isEmpty || RelativePath.name(of: folder) == "annotations"
        || Split(name: folder) != nil
    }
  }

  private static func jsonFiles(_ files: FolderFiles) -> [String] {
    files.paths.filter { RelativePath.ending(of: $0) == "json" }
  }

  static func read(into collector: inout DataSetCollector) throws(DataSetError) {
    let standard = standardFiles(collector.files)
    let paths = standard.isEmpty ? jsonFiles(collector.files) : standard
    var documents: [COCODocument] = []
    for path in paths {
      let text = try collector.files.text(path, bytesMax: collector.limits.tableBytesMax)
      do {
        let document = try COCODocument.read(
          text, file: path, nestingMax: collector.limits.nestingMax)
        if document.isWhole { documents.append(document) }
      } catch {
        throw .damaged(file: path, line: error.line, reason: error.reason)
      }
    }
    guard !documents.isEmpty else {
      throw .missing(
        "\(collector.files.root) has no JSON file with images, annotations and categories")
    }
    var names: [String] = []
    for document in documents {
      for name in take(document, &collector) where !names.contains(name) { names.append(name) }
    }
    collector.setClasses(names)
  }

  /// - Returns: The names of the categories, by id.
  private static func take(_ document: COCODocument, _ collector: inout DataSetCollector)
    -> [String]
  {
    let file = document.file
    func place(_ line: Int) -> DataSetCollector.Place {
      DataSetCollector.Place(file: file, line: line)
    }
    var names: [Int: String] = [:]
    for category in document.categories {
      let fault =
        LabelRules.fault(inClassName: category.name, collector.limits)
        ?? (names[category.id] == nil ? nil : "the category id \(category.id) is there twice")
        ?? (names.values.contains(category.name)
          ? "the category '\(category.name)' is there twice" : nil)
      if let fault {
        collector.problem(place(category.line), fault)
      } else {
        names[category.id] = category.name
      }
    }
    // Until all files are read no class is taken as it comes.
    collector.setClasses([])
    let images = takeImages(document, &collector)
    for annotation in document.annotations {
      let place = place(annotation.line)
      guard let image = images[annotation.image] else {
        collector.problem(
          place, "an annotation of the image with id \(annotation.image), which is not there")
        continue
      }
      guard let name = names[annotation.category] else {
        collector.problem(
          place, "an annotation of the category with id \(annotation.category), which is not there")
        continue
      }
      guard annotation.box.count == 4 else {
        collector.problem(
          place, "a bbox of \(annotation.box.count) numbers; want left, top, width, height")
        continue
      }
      let box = annotation.box
      guard let path = image else { continue }
      collector.add(
        LabeledBox(
          className: name, xMin: box[0], yMin: box[1], xMax: box[0] + box[2],
          yMax: box[1] + box[3], isCrowd: annotation.isCrowd),
        to: path, at: place)
    }
    return names.sorted { $0.key < $1.key }.map(\.value)
  }

  /// - Returns: The paths by id; nil for an image that is refused, and reported already.
  private static func takeImages(
    _ document: COCODocument, _ collector: inout DataSetCollector
  ) -> [Int: String?] {
    let folder = RelativePath.folder(of: document.file)
    let split =
      Split(wordsOf: RelativePath.stem(of: RelativePath.name(of: document.file)))
      ?? Split(name: folder)
    var images: [Int: String?] = [:]
    for image in document.images {
      let place = DataSetCollector.Place(file: document.file, line: image.line)
      guard images[image.id] == nil else {
        collector.problem(place, "the image id \(image.id) is there twice")
        continue
      }
      images[image.id] = .some(nil)
      let above = RelativePath.folder(of: folder)
      let folders = [folder, "images", split?.rawValue ?? "images", above, ""]
      do {
        guard let path = try collector.files.image(image.name, in: folders) else {
          collector.problem(place, "the image '\(image.name)' is not there")
          continue
        }
        let size = collector.takeImage(path, split: split, declared: image.size, at: place)
        images[image.id] = .some(size == nil ? nil : path)
      } catch {
        collector.problem(place, "'\(image.name)': \(error.reason)")
      }
    }
    return images
  }
}
