import API
import CommandLineKit
import DataSets
import Foundation

extension DataSplit {
  /// Reads a data set with boxes; what is wrong with it is told to `complain` and left out.
  ///
  /// The test is the part of that name, else the part `val`, else a fifth of the images, chosen by
  /// their bytes.
  ///
  /// - Throws: `DemoError` when it has no boxes or too few images.
  static func boxes(
    of folder: String, format: DataSetFormat? = nil, complain: (String) -> Void
  ) async throws -> DataSplit {
    let reading: DataSetReader.Reading
    do {
      reading = try DataSetReader(folder: folder, format: format).read()
    } catch {
      throw DemoError.badDataSet("\(error)")
    }
    for problem in reading.problems.kept.prefix(20) { complain("left out: \(problem)\n") }
    if reading.problems.count > 20 { complain("and \(reading.problems.count - 20) more\n") }
    let images = reading.dataSet.images.filter {
      if case .boxes = $0.label { true } else { false }
    }
    let parts = try await parts(of: images, in: folder)
    guard !parts.training.isEmpty, !parts.test.isEmpty else {
      throw DemoError.badDataSet("\(folder) has \(images.count) images with boxes; want 2 or more")
    }
    var crowds: [String: [Box]] = [:]
    for image in parts.test { crowds["\(folder)/\(image.path)"] = image.crowds }
    return DataSplit(
      name: URL(fileURLWithPath: folder).lastPathComponent,
      training: parts.training.map { $0.found(in: folder) },
      test: parts.test.map { $0.found(in: folder) },
      crowds: crowds.filter { !$0.value.isEmpty }, listedClasses: reading.dataSet.classNames)
  }

  private static func parts(
    of images: [LabeledImage], in folder: String
  ) async throws -> (training: [LabeledImage], test: [LabeledImage]) {
    for split in [DataSets.Split.test, .val] {
      let test = images.filter { $0.split == split }
      if !test.isEmpty { return (images.filter { $0.split != split }, test) }
    }
    let found = images.map { FoundImage(path: "\(folder)/\($0.path)", annotation: nil) }
    let hashed = await HashedImage.read(found) { _ in }.images
    let held = heldOut(hashed)
    let heldPaths = Set(hashed.filter { held.contains($0.id) }.map(\.path))
    let isHeld: (LabeledImage) -> Bool = { heldPaths.contains("\(folder)/\($0.path)") }
    return (images.filter { !isHeld($0) }, images.filter(isHeld))
  }
}

extension LabeledImage {
  fileprivate func found(in folder: String) -> FoundImage {
    FoundImage(
      path: "\(folder)/\(path)",
      annotation: Annotation(value: .boxes(Boxes(boxes: boxes { !$0.isCrowd }))))
  }

  /// Regions of many objects: no part of a project, and neither right nor wrong in the test.
  fileprivate var crowds: [Box] { boxes(where: \.isCrowd) }

  private func boxes(where isWanted: (LabeledBox) -> Bool) -> [Box] {
    guard case .boxes(let all) = label else { return [] }
    return all.filter(isWanted).map(Box.init)
  }
}
