package import BoxMetrics

/// The images to train a detector on, and what is known of them.
package struct DetectionSet: Sendable {
  /// One image with the objects in it.
  package struct Example: Sendable, Equatable {
    /// In pixels of the upright image (after EXIF rotation), as all boxes below.
    package var width: Int
    package var height: Int
    /// The objects; none is legal and means background.
    ///
    /// Boxes are clipped to the image. One that then is less than a pixel wide or high, and one that
    /// is reversed, is left out; the report counts them. Crowds are neither learned nor counted as
    /// wrong when found.
    package var truths: [EvaluatedImage.Truth]
    /// Images with equal numbers are (nearly) the same picture and stay on one side of the split.
    package var group: Int

    package init(width: Int, height: Int, truths: [EvaluatedImage.Truth], group: Int) {
      self.width = width
      self.height = height
      self.truths = truths
      self.group = group
    }
  }

  /// What the classes are called, in the order of the model's outputs.
  package var classes: [String]
  package var examples: [Example]
  /// Decodes one upright image, whole and stretched, to `side * side` RGB pixels, row by row.
  ///
  /// Called on several threads at once, and again for an image that found no room in memory.
  package var pixels: @Sendable (_ image: Int, _ side: Int) throws -> [UInt8]

  package init(
    classes: [String], examples: [Example],
    pixels: @escaping @Sendable (_ image: Int, _ side: Int) throws -> [UInt8]
  ) {
    self.classes = classes
    self.examples = examples
    self.pixels = pixels
  }

  package static let classesMax = 1_000
  package static let boxesPerImageMax = 5_000
  package static let imageSides = 1...100_000

  /// Throws `.badArgument` for what cannot be trained on; gives the set that can be, and how many
  /// boxes were left out of it.
  func cleaned() throws(ModelError) -> (set: DetectionSet, boxesLeftOut: Int) {
    guard (1...DetectionSet.classesMax).contains(classes.count) else {
      throw .badArgument(
        "\(classes.count) classes; at least 1 and at most \(DetectionSet.classesMax) can be trained"
      )
    }
    try ModelMetadata.check(classes: classes)
    var result = self
    var leftOut = 0
    var boxesOfClass = Array(repeating: 0, count: classes.count)
    for (index, example) in examples.enumerated() {
      let usable = try usableTruths(of: example, index: index)
      leftOut += example.truths.count - usable.count
      for truth in usable where !truth.isCrowd { boxesOfClass[truth.classIndex] += 1 }
      result.examples[index].truths = usable
    }
    for (name, count) in zip(classes, boxesOfClass) where count == 0 {
      throw .badArgument("the class \(name) has no box; at least 1 is needed")
    }
    let groups = Set(result.examples.filter(\.hasObjects).map(\.group)).count
    guard groups >= 2 else {
      throw .badArgument(
        "\(groups) image with boxes, near-duplicates counted once; at least 2 are needed, one to "
          + "learn from and one to validate by")
    }
    return (result, leftOut)
  }

  private func usableTruths(
    of example: Example, index: Int
  ) throws(ModelError) -> [EvaluatedImage.Truth] {
    for side in [example.width, example.height] where !DetectionSet.imageSides.contains(side) {
      throw .badArgument("image \(index) has a side of \(side) pixels")
    }
    guard example.truths.count <= DetectionSet.boxesPerImageMax else {
      throw .badArgument(
        "image \(index) has \(example.truths.count) boxes; the limit is "
          + "\(DetectionSet.boxesPerImageMax)")
    }
    var usable: [EvaluatedImage.Truth] = []
    for truth in example.truths {
      guard classes.indices.contains(truth.classIndex) else {
        throw .badArgument(
          "image \(index) has a box of class \(truth.classIndex); there are \(classes.count) classes"
        )
      }
      let edges = [truth.box.xMin, truth.box.yMin, truth.box.xMax, truth.box.yMax]
      guard edges.allSatisfy(\.isFinite) else {
        throw .badArgument("image \(index) has a box with the edges \(edges)")
      }
      let box = truth.box.clipped(width: Double(example.width), height: Double(example.height))
      guard box.xMax - box.xMin >= 1, box.yMax - box.yMin >= 1 else { continue }
      usable.append(.init(box: box, classIndex: truth.classIndex, isCrowd: truth.isCrowd))
    }
    return usable
  }
}

extension DetectionSet.Example {
  var hasObjects: Bool { truths.contains { !$0.isCrowd } }
}

extension Box {
  /// The part that lies in an image of this size; reversed where the box was or nothing does.
  func clipped(width: Double, height: Double) -> Box {
    Box(xMin: max(0, xMin), yMin: max(0, yMin), xMax: min(width, xMax), yMax: min(height, yMax))
  }
}
