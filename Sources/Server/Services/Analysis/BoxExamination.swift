internal import API
internal import BoxMetrics
import Store

/// What an examination of a project's boxes finds.
package struct BoxExamination: Sendable {
  /// Boxes of one class with at least this overlap mark the same object twice.
  static let duplicateOverlapMin = 0.95
  /// Areas in square pixels at which COCO's sizes begin.
  static let mediumAreaMin = 32.0 * 32
  static let largeAreaMin = 96.0 * 96

  package private(set) var count: Int32 = 0
  package private(set) var perImage = Histogram(from: [0, 1, 2, 3, 5, 10, 20, 50, 100])
  package private(set) var relativeSizes = Histogram(from: [
    0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75,
  ])
  package private(set) var aspects = Histogram(from: [0, 0.125, 0.25, 0.5, 0.8, 1.25, 2, 4, 8])
  package private(set) var small: Int32 = 0
  package private(set) var medium: Int32 = 0
  package private(set) var large: Int32 = 0
  /// Labelled images without a box, and those with odd ones.
  package private(set) var withoutBoxes = ImageList()
  private(set) var outside = ImageList()
  private(set) var degenerate = ImageList()
  private(set) var doubled = ImageList()

  /// Of an image of a detection project.
  mutating func count(_ image: borrowing ExaminedImage) {
    guard image.isLabeled else { return }
    let (width, height) = (Double(image.width), Double(image.height))
    perImage.count(Double(image.boxes.count))
    if image.boxes.isEmpty { withoutBoxes.append(image.id) }
    var (isOutside, isDegenerate) = (false, false)
    for box in image.boxes {
      measure(box, width, height)
      if box.xMin < 0 || box.yMin < 0 || box.xMax > width || box.yMax > height { isOutside = true }
      if box.xMax - box.xMin < 1 || box.yMax - box.yMin < 1 { isDegenerate = true }
    }
    if isOutside { outside.append(image.id) }
    if isDegenerate { degenerate.append(image.id) }
    if Self.hasTwice(image.boxes) { doubled.append(image.id) }
  }

  private mutating func measure(_ box: EngineBox, _ imageWidth: Double, _ imageHeight: Double) {
    count += 1
    let width = min(box.xMax, imageWidth) - max(box.xMin, 0)
    let height = min(box.yMax, imageHeight) - max(box.yMin, 0)
    let area = max(width, 0) * max(height, 0)
    relativeSizes.count((area / (imageWidth * imageHeight)).squareRoot())
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
  static func hasTwice(_ boxes: [EngineBox]) -> Bool {
    guard boxes.count > 1 else { return false }
    let sorted = boxes.sorted { ($0.classIndex, $0.xMin) < ($1.classIndex, $1.xMin) }
    for (place, box) in sorted.enumerated() {
      let reach = box.xMin + (box.xMax - box.xMin) * (1 - duplicateOverlapMin)
      for other in sorted[(place + 1)...] {
        guard other.classIndex == box.classIndex, other.xMin <= reach else { break }
        if other == box || other.overlap(with: box) >= duplicateOverlapMin { return true }
      }
    }
    return false
  }
}

extension EngineBox {
  /// Intersection over union.
  fileprivate func overlap(with other: EngineBox) -> Double {
    func measured(_ box: EngineBox) -> BoxMetrics.Box {
      BoxMetrics.Box(xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax)
    }
    return measured(self).overlap(with: measured(other))
  }
}
