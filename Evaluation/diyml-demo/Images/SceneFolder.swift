import CommandLineKit
import DataSets
import Foundation
import PNGEncoding

/// Scenes of clothes as a data set in YOLO's format, the same for the same seed.
struct SceneFolder {
  static let folder = ".build/demo/scenes"
  /// Those of Fashion-MNIST that people, too, tell apart at this size.
  static let classNames = ["trouser", "dress", "sneaker", "bag", "ankle-boot"]

  let side: Int
  let trainingCount: Int
  let testCount: Int
  let seed: UInt64

  /// Writes `images` and `labels` anew; things in the test are of Fashion-MNIST's own test part.
  func write() async throws {
    if FileManager.default.fileExists(atPath: Self.folder) {
      try FileManager.default.removeItem(atPath: Self.folder)
    }
    var images: [LabeledImage] = []
    for (part, split, count) in [
      ("train", DataSets.Split.train, trainingCount), ("t10k", .test, testCount),
    ] {
      let items = try await FashionMNIST.items(part: part, of: Self.classNames)
      let seed = seed &+ (split == .test ? 1 << 32 : 0)
      var composer = SceneComposer(items: items, side: side, itemsMax: 5, seed: seed)
      for number in 0..<count {
        let scene = composer.scene()
        let path = DataSetFormat.yolo.imagePath(
          name: "scene-\(number).png", label: .boxes(scene.boxes), split: split)
        let file = URL(fileURLWithPath: "\(Self.folder)/\(path)")
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(PNGEncoder.file(.rgb, pixels: scene.pixels, width: side, height: side))
          .write(to: file)
        images.append(
          LabeledImage(
            path: path, size: PixelSize(width: side, height: side), label: .boxes(scene.boxes),
            split: split))
      }
    }
    try DataSetWriter(format: .yolo).write(
      DataSet(classNames: Self.classNames, images: images), to: Self.folder)
  }
}
