import DataSets
import SeededRandom

/// Puts small gray pictures of things on a coloured canvas, some of them over each other's edges.
struct SceneComposer {
  /// A gray picture of one thing, bright on black, `side` pixels wide and high.
  struct Item: Sendable {
    let className: String
    let pixels: [UInt8]
    let side: Int
  }

  struct Scene: Sendable {
    /// Three bytes a pixel.
    let pixels: [UInt8]
    let boxes: [LabeledBox]
  }

  let side: Int
  let itemsMax: Int
  private let items: [Item]
  private var random: SeededGenerator

  /// Darker pixels of an item are its surroundings.
  private static let inkMin: UInt8 = 24
  private static let scales = 1.0...3.2
  /// Two things may share this part of the smaller one's box.
  private static let sharedMax = 0.25
  private static let triesMax = 12

  init(items: [Item], side: Int, itemsMax: Int, seed: UInt64) {
    precondition(!items.isEmpty, "a scene of nothing")
    self.items = items
    self.side = side
    self.itemsMax = itemsMax
    random = SeededGenerator(seed: seed)
  }

  /// The next scene; about one in sixteen is empty.
  mutating func scene() -> Scene {
    var canvas = background()
    var boxes: [LabeledBox] = []
    let count =
      Int.random(in: 0..<16, using: &random) == 0 ? 0 : Int.random(in: 1...itemsMax, using: &random)
    for _ in 0..<count {
      let item = items[Int.random(in: 0..<items.count, using: &random)]
      for _ in 0..<Self.triesMax {
        guard let place = place(for: item, among: boxes) else { continue }
        draw(item, place, on: &canvas)
        boxes.append(place.box)
        break
      }
    }
    return Scene(pixels: canvas, boxes: boxes)
  }

  private struct Place {
    let left: Int
    let top: Int
    let scale: Double
    let isMirrored: Bool
    let box: LabeledBox
  }

  /// Somewhere within the canvas; nil where another thing would be hidden.
  private mutating func place(for item: Item, among boxes: [LabeledBox]) -> Place? {
    let scale = Double.random(in: Self.scales, using: &random)
    let size = Int(Double(item.side) * scale)
    guard size < side else { return nil }
    let left = Int.random(in: 0...(side - size), using: &random)
    let top = Int.random(in: 0...(side - size), using: &random)
    let isMirrored = Bool.random(using: &random)
    guard let box = box(of: item, left, top, scale, isMirrored) else { return nil }
    let hides = boxes.contains { Self.shared($0, box) > Self.sharedMax }
    return hides
      ? nil : Place(left: left, top: top, scale: scale, isMirrored: isMirrored, box: box)
  }

  /// Around all pixels that are drawn.
  private func box(
    of item: Item, _ left: Int, _ top: Int, _ scale: Double, _ isMirrored: Bool
  ) -> LabeledBox? {
    var edges: (xMin: Int, yMin: Int, xMax: Int, yMax: Int)?
    Self.forEachInk(item, scale, isMirrored) { x, y, _ in
      let old = edges ?? (x, y, x, y)
      edges = (min(old.xMin, x), min(old.yMin, y), max(old.xMax, x), max(old.yMax, y))
    }
    guard let edges else { return nil }
    return LabeledBox(
      className: item.className, xMin: Double(left + edges.xMin), yMin: Double(top + edges.yMin),
      xMax: Double(left + edges.xMax + 1), yMax: Double(top + edges.yMax + 1))
  }

  private static func shared(_ one: LabeledBox, _ other: LabeledBox) -> Double {
    let width = min(one.xMax, other.xMax) - max(one.xMin, other.xMin)
    let height = min(one.yMax, other.yMax) - max(one.yMin, other.yMin)
    guard width > 0, height > 0 else { return 0 }
    let areas = [one, other].map { ($0.xMax - $0.xMin) * ($0.yMax - $0.yMin) }
    return width * height / max(areas.min() ?? 1, 1)
  }

  private mutating func draw(_ item: Item, _ place: Place, on canvas: inout [UInt8]) {
    let tint = (0..<3).map { _ in Double.random(in: 0.45...1, using: &random) }
    let side = side
    Self.forEachInk(item, place.scale, place.isMirrored) { x, y, ink in
      let pixel = ((place.top + y) * side + place.left + x) * 3
      for channel in 0..<3 { canvas[pixel + channel] = UInt8(Double(ink) * tint[channel]) }
    }
  }

  /// Visits each pixel of an item that is drawn, in the scaled item's own coordinates.
  private static func forEachInk(
    _ item: Item, _ scale: Double, _ isMirrored: Bool, _ body: (Int, Int, UInt8) -> Void
  ) {
    let size = Int(Double(item.side) * scale)
    for y in 0..<size {
      let row = min(item.side - 1, y * item.side / size)
      for x in 0..<size {
        let column = min(item.side - 1, x * item.side / size)
        let source = isMirrored ? item.side - 1 - column : column
        let ink = item.pixels[row * item.side + source]
        if ink >= inkMin { body(x, y, ink) }
      }
    }
  }

  /// A slope between two dark colours, with noise.
  private mutating func background() -> [UInt8] {
    let corners = (0..<2).map { _ in
      (0..<3).map { _ in Double.random(in: 10...110, using: &random) }
    }
    var canvas = [UInt8](repeating: 0, count: side * side * 3)
    for y in 0..<side {
      for x in 0..<side {
        let part = Double(x + y) / Double(2 * side)
        let noise = Double(random.next() % 25) - 12
        for channel in 0..<3 {
          let value =
            corners[0][channel] * (1 - part) + corners[1][channel] * part + noise
          canvas[(y * side + x) * 3 + channel] = UInt8(min(max(value, 0), 255))
        }
      }
    }
    return canvas
  }
}
