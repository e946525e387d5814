internal import BoxMetrics
import Store

/// What an examination of a project's boxes finds.
package struct BoxExamination: Sendable {
  /// Boxes of one class with at least this overlap mark the same object twice.
  static let duplicateOverlapMin = 0.95
  /// Areas in square pixels at which COCO's sizes begin.
  static let mediumAreaMin = 32.0 * 32
  static let largeAreaMin = 96.0 * 96

  package private(set) var count: UInt64 = 0
  package private(set) var perImage = Histogram(from: [0, 1, 2, 3, 5, 10, 20, 50, 100])
  package private(set) var relativeSizes = Histogram(from: [
    0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75,
  ])
  package private(set) var aspects = Histogram(from: [0, 0.125, 0.25, 0.5, 0.8, 1.25, 2, 4, 8])
  package private(set) var small: UInt64 = 0
  package private(set) var medium: UInt64 = 0
  package private(set) var large: UInt64 = 0
  /// Hashes of labelled images without a box, and of those with odd ones.
  package private(set) var withoutBoxes: [String] = []
  private(set) var outside: [String] = []
  private(set) var degenerate: [String] = []
  private(set) var doubled: [String] = []

  init(_ points: [DataPointRecord]) {
    for point in points {
      guard case .boxes(let boxes) = point.annotation else { continue }
      let image = point.object.hex
      perImage.count(Double(boxes.count))
      if boxes.isEmpty { withoutBoxes.append(image) }
      for box in boxes { measure(box, in: point.image) }
      let (width, height) = (Double(point.image.width), Double(point.image.height))
      if boxes.contains(where: {
        $0.xMin < 0 || $0.yMin < 0 || $0.xMax > width || $0.yMax > height
      }) {
        outside.append(image)
      }
      if boxes.contains(where: { $0.xMax - $0.xMin < 1 || $0.yMax - $0.yMin < 1 }) {
        degenerate.append(image)
      }
      if Self.hasTwice(boxes) { doubled.append(image) }
    }
  }

  private mutating func measure(_ box: BoxRecord, in image: ImageFacts) {
    count += 1
    let width = min(box.xMax, Double(image.width)) - max(box.xMin, 0)
    let height = min(box.yMax, Double(image.height)) - max(box.yMin, 0)
    let area = max(width, 0) * max(height, 0)
    relativeSizes.count((area / (Double(image.width) * Double(image.height))).squareRoot())
    if width > 0, height > 0 { aspects.count(width / height) }
    if area < Self.mediumAreaMin {
      small += 1
    } else if area < Self.largeAreaMin {
      medium += 1
    } else {
      large += 1
    }
  }

  /// Whether two boxes mark the same object as the same class.
  ///
  /// Of boxes in the order of their left edges only those are compared that begin within a twentieth
  /// of a width: boxes further apart cannot overlap enough.
  static func hasTwice(_ boxes: [BoxRecord]) -> Bool {
    let sorted = boxes.sorted { ($0.className, $0.xMin) < ($1.className, $1.xMin) }
    for (place, box) in sorted.enumerated() {
      let reach = box.xMin + (box.xMax - box.xMin) * (1 - duplicateOverlapMin)
      for other in sorted[(place + 1)...] {
        guard other.className == box.className, other.xMin <= reach else { break }
        if other == box || other.overlap(with: box) >= duplicateOverlapMin { return true }
      }
    }
    return false
  }
}

extension BoxRecord {
  /// Intersection over union.
  fileprivate func overlap(with other: BoxRecord) -> Double {
    func measured(_ box: BoxRecord) -> Box {
      Box(xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax)
    }
    return measured(self).overlap(with: measured(other))
  }
}
