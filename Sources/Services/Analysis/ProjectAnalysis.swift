package import Store

/// What an examination of a project finds: numbers, duplicates, and what is odd or missing.
package struct ProjectAnalysis: Sendable {
  /// Images that look the same.
  package struct DuplicateGroup: Sendable, Equatable {
    /// Hashes, in the order of their first upload.
    package var images: [String]
    /// Whether their annotations disagree.
    package var isConflicting: Bool
  }

  /// Below this side, in pixels, an image holds little to learn from.
  static let tinySide: UInt32 = 32
  /// Fewer labelled images of a class than this seldom make a good model.
  static let fewImages: UInt64 = 20
  /// The largest class has at most this many times the images of the smallest.
  static let imbalanceMax: UInt64 = 10

  package let images: [String: UInt64]
  package let boxes: [String: UInt64]
  /// In the order of their first member's upload.
  package let duplicates: [DuplicateGroup]
  package let findings: [Finding]
  /// Pixels; 0 without images.
  package let widthMedian: UInt32
  package let heightMedian: UInt32
  /// Of longer sides, in pixels, and of width divided by height.
  package let longSides: Histogram
  package let aspects: Histogram
  /// Of detection projects.
  package let boxFigures: BoxExamination?
  package let bytes: UInt64
  package let isReadyToTrain: Bool

  package init(_ contents: ProjectContents) {
    let counts = ClassCounts(contents)
    let points = contents.dataPoints
    images = counts.images
    boxes = counts.boxes
    duplicates = Self.duplicates(among: points)
    widthMedian = Self.median(points.map(\.image.width))
    heightMedian = Self.median(points.map(\.image.height))
    (longSides, aspects) = Self.shapes(of: points)
    let boxes = BoxExamination(points)
    boxFigures = contents.project.kind == .detection ? boxes : nil
    bytes = points.reduce(0) { $0 + $1.bytes }
    let errors = readinessFindings(of: contents)
    isReadyToTrain = errors.isEmpty
    findings =
      errors + Self.balance(of: contents.project.classes, counts)
      + Self.imageFindings(points) + Self.boxFindings(boxes)
      + Self.duplicateFindings(duplicates)
  }

  /// The middle value; of an even number the upper one of the middle two.
  static func median(_ values: [UInt32]) -> UInt32 {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }

  private static func shapes(of points: [DataPointRecord]) -> (Histogram, Histogram) {
    var longSides = Histogram(from: [0, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192])
    var aspects = Histogram(from: [0, 0.25, 0.5, 0.7, 0.95, 1.05, 1.4, 2, 4])
    for image in points.map(\.image) {
      longSides.count(Double(max(image.width, image.height)))
      aspects.count(Double(image.width) / max(Double(image.height), 1))
    }
    return (longSides, aspects)
  }

  private static func duplicates(among points: [DataPointRecord]) -> [DuplicateGroup] {
    let numbers = duplicateGroups(of: points.map(\.image.perceptualHash))
    var members: [[DataPointRecord]] = []
    for (point, number) in zip(points, numbers) {
      if number == members.count { members.append([]) }
      members[Int(number)].append(point)
    }
    return members.filter { $0.count > 1 }.map { group in
      DuplicateGroup(images: group.map(\.object.hex), isConflicting: isConflicting(group))
    }
  }

  /// Whether two images of the group have annotations that cannot both be right.
  ///
  /// Boxes are compared by how many there are of each class: they move a little from one shot to
  /// the next.
  private static func isConflicting(_ group: [DataPointRecord]) -> Bool {
    let labels = group.compactMap { point -> [String]? in
      switch point.annotation {
      case nil: nil
      case .className(let name): [name]
      case .boxes(let list): list.map(\.className).sorted()
      }
    }
    return Set(labels).count > 1
  }
}

// MARK: - Findings

extension ProjectAnalysis {
  private static func balance(of classes: [ClassRecord], _ counts: ClassCounts) -> [Finding] {
    let sizes = classes.map { ($0.name, counts.images[$0.name, default: 0]) }
    var findings = sizes.filter {
      (ReadinessRules.classImagesMin..<fewImages).contains($0.1)
    }.map { name, count in
      Finding(
        kind: .fewImages, isError: false,
        message: "the class '\(name)' has \(count) images; \(fewImages) or more make a better model"
      )
    }
    if let smallest = sizes.min(by: { $0.1 < $1.1 }), let largest = sizes.max(by: { $0.1 < $1.1 }),
      smallest.1 > 0, largest.1 > smallest.1 * imbalanceMax
    {
      findings.append(
        Finding(
          kind: .imbalanced, isError: false,
          message: "the class '\(largest.0)' has \(largest.1) images and '\(smallest.0)' has"
            + " \(smallest.1): more than \(imbalanceMax) times as many"))
    }
    return findings
  }

  private static func imageFindings(_ points: [DataPointRecord]) -> [Finding] {
    let unlabeled = points.filter { $0.annotation == nil }.map(\.object.hex)
    let tiny = points.filter { min($0.image.width, $0.image.height) < tinySide }.map(\.object.hex)
    return [
      warning(.unlabeled, unlabeled) { "\($0) have no label; training passes over them" },
      warning(.tinyImage, tiny) { "\($0) are less than \(tinySide) pixels wide or high" },
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

  private static func duplicateFindings(_ groups: [DuplicateGroup]) -> [Finding] {
    let conflicting = groups.filter(\.isConflicting).flatMap(\.images)
    let alike = groups.filter { !$0.isConflicting }.flatMap(\.images)
    return [
      warning(.conflictingDuplicates, conflicting) {
        "\($0) look like another that is labelled differently"
      },
      warning(.duplicates, alike) {
        "\($0) look like another; training keeps them on one side of its split"
      },
    ].compactMap { $0 }
  }

  /// Nothing when it is about no image.
  private static func warning(
    _ kind: Finding.Kind, _ images: [String], _ message: (String) -> String
  ) -> Finding? {
    guard !images.isEmpty else { return nil }
    let subject = images.count == 1 ? "1 image" : "\(images.count) images"
    return Finding(kind: kind, isError: false, message: message(subject), images: images)
  }
}
