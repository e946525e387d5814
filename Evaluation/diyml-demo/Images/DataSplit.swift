import API
import CommandLineKit
import Foundation

/// Labelled images: those to learn from, and those never shown before the test.
struct DataSplit: Sendable, Equatable {
  let name: String
  let training: [FoundImage]
  let test: [FoundImage]
  /// By path of a test image: regions of many objects, where nothing found is right or wrong.
  let crowds: [String: [Box]]
  private let listedClasses: [String]?

  /// As listed, or the classes of both parts, sorted.
  var classNames: [String] {
    listedClasses
      ?? Set((training + test).flatMap { $0.annotation?.classNames ?? [] }).sorted()
  }

  /// Whether images have boxes instead of classes.
  var hasBoxes: Bool {
    training.contains { image in
      if case .boxes = image.annotation?.value { true } else { false }
    }
  }

  /// The part of each class held out of a folder of class folders.
  private static let testFraction = 0.2
  /// The fewest images of a class that can be split.
  private static let imagesPerClassMin = 5

  init(
    name: String, training: [FoundImage], test: [FoundImage], crowds: [String: [Box]] = [:],
    listedClasses: [String]? = nil
  ) {
    self.name = name
    self.training = training
    self.test = test
    self.crowds = crowds
    self.listedClasses = listedClasses
  }

  /// Splits a folder whose folders are classes.
  ///
  /// Which images are held out follows from their bytes alone: the same folder is always split the
  /// same way, whatever its files are called, and copies of an image are all on one side.
  ///
  /// - Throws: `DemoError` when there are fewer than two classes or a class has under 5 images.
  init(classFolders folder: String) async throws {
    let found = try ImageFinder(foldersAreClasses: true).find([folder])
    let images = await HashedImage.read(found.images.filter { $0.label != nil }) { _ in }.images
    let byClass = Dictionary(grouping: images) { $0.label ?? "" }
    guard byClass.count >= 2 else {
      throw DemoError.badDataSet(
        "\(folder) has \(byClass.count) folders with images; it takes 2 classes at least")
    }
    var training: [FoundImage] = []
    var test: [FoundImage] = []
    for (label, images) in byClass.sorted(by: { $0.key < $1.key }) {
      guard images.count >= Self.imagesPerClassMin else {
        throw DemoError.badDataSet(
          "\(folder)/\(label) has \(images.count) images; the least is \(Self.imagesPerClassMin)")
      }
      let held = Self.heldOut(images)
      for image in images {
        let file = FoundImage(path: image.path, label: label)
        if held.contains(image.id) { test.append(file) } else { training.append(file) }
      }
    }
    self.init(
      name: (folder as NSString).standardizingPath.components(separatedBy: "/").last ?? folder,
      training: training, test: test)
  }

  /// The ids of the images to hold out: the first fifth in the order of ids.
  static func heldOut(_ images: [HashedImage]) -> Set<String> {
    let ids = Set(images.map(\.id)).sorted()
    let count = max(1, Int((Double(ids.count) * testFraction).rounded()))
    return Set(ids.prefix(count))
  }

  /// Reads the lists of a folder: `train.txt`, `val.txt` (which may be missing) and `test.txt`.
  ///
  /// On each line stand a path in the folder, a tab and a class. The first two are learned from.
  ///
  /// - Throws: `DemoError` naming the line that is wrong.
  init(lists folder: String) throws {
    var training = try Self.list("train.txt", in: folder)
    if FileManager.default.fileExists(atPath: folder + "/val.txt") {
      training += try Self.list("val.txt", in: folder)
    }
    self.init(
      name: URL(fileURLWithPath: folder).lastPathComponent,
      training: training, test: try Self.list("test.txt", in: folder))
  }

  private static func list(_ name: String, in folder: String) throws -> [FoundImage] {
    let path = "\(folder)/\(name)"
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw DemoError.badDataSet("\(path) cannot be read; want lines of PATH, tab, CLASS")
    }
    var images: [FoundImage] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw DemoError.badDataSet("\(path) line \(index + 1): want PATH, tab, CLASS")
      }
      images.append(FoundImage(path: "\(folder)/\(parts[0])", label: String(parts[1])))
    }
    guard !images.isEmpty else { throw DemoError.badDataSet("\(path) lists no image") }
    return images
  }
}
