/// The images to train on, and what is known of them.
package struct TrainingSet: Sendable {
  /// What the classes are called, in the order of the model's outputs.
  package var classes: [String]
  /// The class of each image, as a position in `classes`.
  package var labels: [Int]
  /// Images with equal numbers are (nearly) the same picture and stay on one side of the split.
  package var groups: [Int]
  /// The median over all images of their shorter side, in pixels.
  package var shorterSideMedian: Int
  /// Decodes one image to `side * side` RGB pixels, row by row.
  ///
  /// Called on several threads at once, and again for an image that found no room in memory.
  package var pixels: @Sendable (_ image: Int, _ side: Int) throws -> [UInt8]

  package init(
    classes: [String], labels: [Int], groups: [Int], shorterSideMedian: Int,
    pixels: @escaping @Sendable (_ image: Int, _ side: Int) throws -> [UInt8]
  ) {
    self.classes = classes
    self.labels = labels
    self.groups = groups
    self.shorterSideMedian = shorterSideMedian
    self.pixels = pixels
  }

  /// Fewer images of a class cannot be both learned from and validated by.
  package static let imagesPerClassMin = 2
  package static let classesMin = 2

  /// Throws `.badArgument` for what cannot be trained on.
  func check() throws(ModelError) {
    guard (TrainingSet.classesMin...ModelDescription.classesMax).contains(classes.count) else {
      throw .badArgument(
        "\(classes.count) classes; at least \(TrainingSet.classesMin) and at most "
          + "\(ModelDescription.classesMax) can be trained")
    }
    try ModelMetadata.check(classes: classes)
    guard groups.count == labels.count else {
      throw .badArgument("\(groups.count) groups for \(labels.count) labels")
    }
    for label in labels where !classes.indices.contains(label) {
      throw .badArgument("the label \(label); there are \(classes.count) classes")
    }
    let counts = labelCounts
    for (name, count) in zip(classes, counts) where count < TrainingSet.imagesPerClassMin {
      throw .badArgument(
        "the class \(name) has \(count) images; at least \(TrainingSet.imagesPerClassMin) "
          + "are needed")
    }
  }

  private var labelCounts: [Int] {
    var counts = Array(repeating: 0, count: classes.count)
    for label in labels { counts[label] += 1 }
    return counts
  }
}
