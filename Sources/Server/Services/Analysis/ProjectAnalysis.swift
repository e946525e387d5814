internal import API
package import Store

/// What an examination of a project finds: numbers, duplicates, and what is odd or missing.
package struct ProjectAnalysis: Sendable {
  /// Fewer labelled images of a class than this seldom make a good model.
  static let fewImages: Int32 = 20
  /// The largest class has at most this many times the images of the smallest.
  static let imbalanceMax: Int32 = 10

  /// Images and boxes of each class, in the order of the project's list.
  package let images: [Int32]
  package let boxes: [Int32]
  package let duplicates: DuplicateExamination
  package let findings: [Finding]
  /// Pixels; 0 without images.
  package let widthMedian: Int32
  package let heightMedian: Int32
  /// Of longer sides, in pixels, and of width divided by height.
  package let longSides: Histogram
  package let aspects: Histogram
  /// Of detection projects.
  package let boxFigures: BoxExamination?
  package let isReadyToTrain: Bool

  /// Looks at each image once; keeps a few dozen bytes of each until it is done.
  package init(_ examination: ProjectExamination) throws {
    let project = examination.project
    let count = Int(project.imageCount)
    var counts = ClassCounts(classes: project.classes.count)
    var shapes = ImageExamination()
    var figures = BoxExamination()
    var looks = ImageLooks(count: count)
    let ids = MappedArray<Int64>(capacity: count)
    let labels = MappedArray<LabelMark>(capacity: count)
    try examination.forEachImage { image in
      shapes.count(image)
      if project.type == .detection { figures.count(image) }
      looks.append(image.perceptualHash, isUsable: counts.count(image))
      ids.append(image.id)
      labels.append(LabelMark(image))
    }
    try looks.group(checking: examination.check)
    duplicates = DuplicateExamination(images: ids, labels: labels, groups: looks.groups)
    let errors = try Readiness(of: project, counts, looks, checking: examination.check).findings
    isReadyToTrain = errors.isEmpty
    findings =
      errors + Self.balance(of: project.classes, counts.images) + Self.imageFindings(shapes)
      + Self.boxFindings(figures) + Self.duplicateFindings(duplicates)
    (images, boxes) = (counts.images, counts.boxes)
    (widthMedian, heightMedian) = (shapes.widths.median, shapes.heights.median)
    (longSides, aspects) = (shapes.longSides, shapes.aspects)
    boxFigures = project.type == .detection ? figures : nil
  }

  /// Of all images that it names.
  package var named: Set<Int64> {
    Set(findings.flatMap(\.images.first) + duplicates.groups.flatMap(\.images.first))
  }
}

// MARK: - Findings

extension ProjectAnalysis {
  private static func balance(of classes: [Class], _ images: [Int32]) -> [Finding] {
    let sizes = zip(classes.map(\.name), images).map { ($0, $1) }
    var findings = sizes.filter {
      (ReadinessRules.classImagesMin..<fewImages).contains($0.1)
    }.map { name, count in
      Finding(
        kind: .fewImages, isError: false,
        message:
          "the class '\(name)' has \(counted(count, "image")); \(fewImages) or more make a better"
          + " model"
      )
    }
    if let smallest = sizes.min(by: { $0.1 < $1.1 }), let largest = sizes.max(by: { $0.1 < $1.1 }),
      smallest.1 > 0, largest.1 > smallest.1 * imbalanceMax
    {
      findings.append(
        Finding(
          kind: .imbalanced, isError: false,
          message:
            "the class '\(largest.0)' has \(counted(largest.1, "image")) and '\(smallest.0)' has"
            + " \(smallest.1): more than \(imbalanceMax) times as many"))
    }
    return findings
  }

  private static func imageFindings(_ images: ImageExamination) -> [Finding] {
    [
      warning(.unlabeled, images.unlabeled) { "\($0) have no label; training passes over them" },
      warning(.tinyImage, images.tiny) {
        "\($0) are less than \(ImageExamination.tinySide) pixels wide or high"
      },
    ].compactMap { $0 }
  }

  private static func boxFindings(_ boxes: BoxExamination) -> [Finding] {
    [
      warning(.boxOutOfRange, boxes.outside) { "\($0) have boxes that reach out of the image" },
      warning(.boxDegenerate, boxes.degenerate) {
        "\($0) have boxes that are less than a pixel wide or high"
      },
      warning(.boxDuplicate, boxes.doubled) {
        "\($0) have two boxes of one class in the same place"
      },
      warning(.noBoxes, boxes.withoutBoxes) { "\($0) have no boxes: they are background" },
    ].compactMap { $0 }
  }

  private static func duplicateFindings(_ duplicates: DuplicateExamination) -> [Finding] {
    [
      warning(.conflictingDuplicates, duplicates.conflicting) {
        "\($0) look like another that is labelled differently"
      },
      warning(.duplicates, duplicates.alike) {
        "\($0) look like another; training keeps them on one side of its split"
      },
    ].compactMap { $0 }
  }

  /// Nothing when it is about no image.
  private static func warning(
    _ kind: Finding.Kind, _ images: ImageList, _ message: (String) -> String
  ) -> Finding? {
    guard images.count > 0 else { return nil }
    return Finding(
      kind: kind, isError: false, message: message(counted(images.count, "image")), images: images)
  }
}
