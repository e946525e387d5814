/// Gathers what a reader finds and judges it by the rules that all formats share.
struct DataSetCollector {
  /// A place in a label file.
  struct Place: Hashable {
    let file: String
    let line: Int?
  }

  private struct Entry {
    var size: PixelSize?
    var split: Split?
    var className: String?
    var boxes: [LabeledBox]?
  }

  let files: FolderFiles
  let limits: DataSetLimits
  private(set) var problems: ProblemList
  private var entries: [String: Entry] = [:]
  private var refused: Set<String> = []
  /// Nil while classes are taken as they come.
  private var fixedClasses: [String]?
  private var seenClasses: Set<String> = []

  init(files: FolderFiles, limits: DataSetLimits) {
    self.files = files
    self.limits = limits
    problems = ProblemList(keptMax: limits.problemsMax)
  }

  mutating func problem(_ place: Place, _ message: String) {
    problems.add(place.file, place.line, message)
  }

  /// Sets the list of classes, in the format's order.
  mutating func setClasses(_ names: [String]) { fixedClasses = names }

  /// Takes an image in whose objects will be given, if it has any.
  ///
  /// `declared` is the size that the label file states, which must be that of the image; with
  /// `isNew` it must not have been taken in before.
  ///
  /// - Returns: Its size, or nil when it is refused.
  mutating func takeImage(
    _ path: String, split: Split?, declared: PixelSize? = nil, isNew: Bool = true, at place: Place
  ) -> PixelSize? {
    if let known = entries[path] {
      guard !isNew, known.split == split else {
        problem(place, "the image \(path) is there already")
        return nil
      }
      return known.size
    }
    guard !refused.contains(path) else { return nil }
    let size: PixelSize
    do {
      size = try files.size(of: path)
    } catch {
      refused.insert(path)
      problem(place, "the image \(path) cannot be used: \(error)")
      return nil
    }
    if let declared, declared.width > 0, declared.height > 0, declared != size {
      refused.insert(path)
      problem(
        place, "\(path) is said to have \(declared) pixels; as it is shown it has \(size)")
      return nil
    }
    entries[path] = Entry(size: size, split: split, boxes: [])
    return size
  }

  /// Adds an object to an image that was taken in, if it is a good one.
  mutating func add(_ box: LabeledBox, to path: String, at place: Place) {
    guard let size = entries[path]?.size else { return }
    if let fault = classFault(box.className) ?? LabelRules.fault(in: box, of: size) {
      return problem(place, fault)
    }
    entries[path]?.boxes?.append(box)
  }

  /// Takes an image in that is of one class as a whole, or of none that is known.
  mutating func takeImage(
    _ path: String, className: String?, split: Split?, at place: Place
  ) {
    guard entries[path] == nil else {
      return problem(place, "the image \(path) is there already")
    }
    if let className, let fault = classFault(className) { return problem(place, fault) }
    entries[path] = Entry(split: split, className: className)
  }

  /// Whether a class may be used; takes it in where classes are taken as they come.
  private mutating func classFault(_ name: String) -> String? {
    if fixedClasses != nil { return nil }
    if seenClasses.contains(name) { return nil }
    if let fault = LabelRules.fault(inClassName: name, limits) { return fault }
    seenClasses.insert(name)
    return nil
  }

  var hasSplits: Bool { entries.values.contains { $0.split != nil } }

  mutating func setSplit(_ split: Split, of path: String) { entries[path]?.split = split }

  func has(_ path: String) -> Bool { entries[path] != nil }

  /// The data set, without the images that have too many objects.
  ///
  /// - Throws: `.tooMany` for too many classes.
  mutating func finish() throws(DataSetError) -> DataSet {
    let classNames = fixedClasses ?? seenClasses.sorted()
    guard classNames.count <= limits.classesMax else {
      throw .tooMany(
        what: "classes", of: files.root, value: classNames.count, limit: limits.classesMax)
    }
    var images: [LabeledImage] = []
    for (path, entry) in entries.sorted(by: { $0.key < $1.key }) {
      let count = entry.boxes?.count ?? 0
      guard count <= limits.boxesMax else {
        problem(
          Place(file: path, line: nil), "\(count) boxes; the limit is \(limits.boxesMax)")
        continue
      }
      let label = entry.boxes.map(Label.boxes) ?? entry.className.map(Label.className)
      images.append(
        LabeledImage(path: path, size: entry.size, label: label, split: entry.split))
    }
    return DataSet(classNames: classNames, images: images)
  }
}
