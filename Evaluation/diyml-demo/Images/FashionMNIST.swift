import CommandLineKit
import Foundation
import PNGEncoding
import Subprocess

/// Photographs of clothes, 28 x 28 in gray: 60,000 to learn from, 10,000 for the test.
struct FashionMNIST: Sendable {
  /// Where Debian's package `dataset-fashion-mnist` puts it.
  static let folder = "/usr/share/datasets/fashion-mnist"

  static let classNames = [
    "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle-boot",
  ]

  private static let fileBytesMax = 64 << 20

  /// Writes the first images of each class as PNG files: `FOLDER/train/CLASS/N.png` from the
  /// training part, `FOLDER/test/CLASS/N.png` from the test part.
  static func write(
    to folder: String, trainingPerClass: Int, testPerClass: Int
  ) async throws -> DataSplit {
    let training = try await write(
      part: "train", to: folder + "/train", perClass: trainingPerClass)
    let test = try await write(part: "t10k", to: folder + "/test", perClass: testPerClass)
    return DataSplit(name: "Fashion-MNIST", training: training, test: test)
  }

  private static func write(
    part: String, to folder: String, perClass: Int
  ) async throws -> [FoundImage] {
    let images = try await read("\(part)-images-idx3-ubyte.gz")
    let labels = try await read("\(part)-labels-idx1-ubyte.gz")
    guard images.count == labels.count, images.dimensions.count == 3,
      labels.dimensions.count == 1
    else {
      throw DemoError.badDataSet("\(part) has \(images.count) images, \(labels.count) labels")
    }
    for name in classNames {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    var written = Array(repeating: 0, count: classNames.count)
    var found: [FoundImage] = []
    for index in 0..<images.count where found.count < perClass * classNames.count {
      let label = Int(labels.item(index).first ?? .max)
      guard classNames.indices.contains(label) else {
        throw DemoError.badDataSet("\(part) labels image \(index) as \(label)")
      }
      guard written[label] < perClass else { continue }
      written[label] += 1
      let path = "\(folder)/\(classNames[label])/\(index).png"
      let png = PNGEncoder.file(
        .gray,
        pixels: Array(images.item(index)), width: images.dimensions[2],
        height: images.dimensions[1])
      try Data(png).write(to: URL(fileURLWithPath: path))
      found.append(FoundImage(path: path, label: classNames[label]))
    }
    return found
  }

  /// The things of some classes, as they are in a part: `train` or `t10k`.
  static func items(part: String, of names: [String]) async throws -> [SceneComposer.Item] {
    let images = try await read("\(part)-images-idx3-ubyte.gz")
    let labels = try await read("\(part)-labels-idx1-ubyte.gz")
    guard images.count == labels.count, images.dimensions.count == 3,
      images.dimensions[1] == images.dimensions[2], labels.dimensions.count == 1
    else {
      throw DemoError.badDataSet("\(part) has \(images.count) images, \(labels.count) labels")
    }
    return (0..<images.count).compactMap { index in
      let label = Int(labels.item(index).first ?? .max)
      guard classNames.indices.contains(label), names.contains(classNames[label]) else {
        return nil
      }
      return SceneComposer.Item(
        className: classNames[label], pixels: Array(images.item(index)),
        side: images.dimensions[1])
    }
  }

  private static func read(_ name: String) async throws -> IDXFile {
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else {
      throw DemoError.badDataSet("no file \(path): make setup installs dataset-fashion-mnist")
    }
    let result = try await run(
      .name("gzip"), arguments: ["-dc", path], output: .bytes(limit: fileBytesMax))
    guard result.terminationStatus.isSuccess else {
      throw DemoError.badDataSet("gzip cannot read \(path)")
    }
    return try IDXFile(result.standardOutput, name: path)
  }
}
