import Store

/// What an examination of a project's images finds, but for their boxes.
struct ImageExamination {
  /// Below this side, in pixels, an image holds little to learn from.
  static let tinySide: Int32 = 32

  /// Of longer sides, in pixels, and of width divided by height.
  private(set) var longSides = Histogram(from: [
    0, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192,
  ])
  private(set) var aspects = Histogram(from: [0, 0.25, 0.5, 0.7, 0.95, 1.05, 1.4, 2, 4])
  private(set) var widths = Sides()
  private(set) var heights = Sides()
  private(set) var unlabeled = ImageList()
  private(set) var tiny = ImageList()

  mutating func count(_ image: borrowing ExaminedImage) {
    let (width, height) = (image.width, image.height)
    longSides.count(Double(max(width, height)))
    aspects.count(Double(width) / max(Double(height), 1))
    widths.count(width)
    heights.count(height)
    if !image.isLabeled { unlabeled.append(image.id) }
    if min(width, height) < Self.tinySide { tiny.append(image.id) }
  }
}

/// How many images have each width, or each height.
struct Sides {
  private var counts: [Int32: Int] = [:]
  private var total = 0

  mutating func count(_ side: Int32) {
    counts[side, default: 0] += 1
    total += 1
  }

  /// The middle value; of an even number the upper one of the middle two; 0 of none.
  var median: Int32 {
    var before = 0
    for (side, count) in counts.sorted(by: { $0.key < $1.key }) {
      before += count
      if before > total / 2 { return side }
    }
    return 0
  }
}

/// Counts of values in ranges that follow each other; the last has no end.
package struct Histogram: Sendable, Equatable {
  /// Where each range begins, in rising order.
  package let edges: [Double]
  package private(set) var counts: [Int32]

  /// Ranges that begin at these values, at least one.
  init(from edges: [Double]) {
    self.edges = edges
    counts = Array(repeating: 0, count: edges.count)
  }

  /// Values below the first range count into it.
  mutating func count(_ value: Double) {
    var place = edges.count - 1
    while place > 0, edges[place] > value { place -= 1 }
    counts[place] += 1
  }
}
