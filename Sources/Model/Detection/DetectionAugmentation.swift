internal import Foundation
internal import SeededRandom

/// Draws views of the images to learn from: larger, smaller, cut, mirrored, in other light, or four
/// put together.
///
/// The latter is a mosaic: YOLOv4, Bochkovskiy et al. 2020, https://arxiv.org/abs/2004.10934. The draws come from a seed, so a run can be repeated.
package struct DetectionAugmentation {
  let side: Int
  let mirrors: Bool
  /// How much larger or smaller than in the whole image things are shown.
  var zoom = 0.7...2.0
  /// In a mosaic, whose tiles are a part of the view.
  var mosaicZoom = 0.45...1.1
  var stretchMax = 0.15
  var colorChangeMax = 0.25

  package init(side: Int, mirrors: Bool) {
    self.side = side
    self.mirrors = mirrors
  }

  /// A view of one image.
  ///
  /// If it has objects, one of them stays in the view.
  func view(
    of image: Int, _ examples: [DetectionSet.Example], using generator: inout SeededGenerator
  ) -> DetectionView {
    var tile = drawTile(image, 0..<side, 0..<side, zoom, &generator)
    for _ in 0..<10 where !keepsObject(tile, examples) {
      tile = drawTile(image, 0..<side, 0..<side, zoom, &generator)
    }
    if !keepsObject(tile, examples) { tile = Self.wholeTile(image, side: side) }
    return lit(DetectionView(tiles: [tile]), &generator)
  }

  /// Four images around a point somewhere near the middle.
  func mosaic(of images: [Int], using generator: inout SeededGenerator) -> DetectionView {
    precondition(images.count == 4, "a mosaic of \(images.count) images")
    let middle = (
      Int(Double(side) * generator.uniform(0.35...0.65)),
      Int(Double(side) * generator.uniform(0.35...0.65))
    )
    let tiles = images.enumerated().map { index, image in
      drawTile(
        image, index.isMultiple(of: 2) ? 0..<middle.0 : middle.0..<side,
        index < 2 ? 0..<middle.1 : middle.1..<side, mosaicZoom, &generator)
    }
    return lit(DetectionView(tiles: tiles), &generator)
  }

  /// The image as a detector will be shown it.
  static func whole(_ image: Int, side: Int) -> DetectionView {
    DetectionView(tiles: [wholeTile(image, side: side)])
  }

  private static func wholeTile(_ image: Int, side: Int) -> DetectionView.Tile {
    let line = DetectionView.Line(scale: 1 / Double(side), offset: 0)
    return .init(
      image: image, columns: 0..<side, rows: 0..<side, horizontal: line, vertical: line)
  }

  private func keepsObject(
    _ tile: DetectionView.Tile, _ examples: [DetectionSet.Example]
  ) -> Bool {
    guard examples[tile.image].hasObjects else { return true }
    return !DetectionView(tiles: [tile]).scene(examples).objects.isEmpty
  }

  private func drawTile(
    _ image: Int, _ columns: Range<Int>, _ rows: Range<Int>, _ zoom: ClosedRange<Double>,
    _ generator: inout SeededGenerator
  ) -> DetectionView.Tile {
    let logarithm = generator.uniform(log(zoom.lowerBound)...log(zoom.upperBound))
    let stretch = generator.uniform(-stretchMax...stretchMax)
    let isMosaic = columns.count < side
    let horizontal = drawLine(
      columns, zoom: exp(logarithm + stretch), fills: isMosaic, &generator)
    let vertical = drawLine(rows, zoom: exp(logarithm - stretch), fills: isMosaic, &generator)
    let isMirrored = mirrors && generator.next() & 1 == 1
    return .init(
      image: image, columns: columns, rows: rows,
      horizontal: isMirrored
        ? .init(scale: -horizontal.scale, offset: 1 - horizontal.offset) : horizontal,
      vertical: vertical)
  }

  /// Which part of the image, along one axis, the pixels show; all of it and more if it is small,
  /// unless it is to fill them.
  private func drawLine(
    _ pixels: Range<Int>, zoom: Double, fills: Bool, _ generator: inout SeededGenerator
  ) -> DetectionView.Line {
    var shown = Double(pixels.count) / (Double(side) * zoom)
    if fills { shown = min(1, shown) }
    let start = generator.uniform(0...1) * (1 - shown)
    let scale = shown / Double(pixels.count)
    return .init(scale: scale, offset: start - scale * Double(pixels.lowerBound))
  }

  private func lit(
    _ view: DetectionView, _ generator: inout SeededGenerator
  ) -> DetectionView {
    var view = view
    func change(_ part: Double) -> Float {
      Float(generator.uniform(-colorChangeMax...colorChangeMax) * part)
    }
    let contrast = 1 + change(1)
    // Each color a little by itself, as under another lamp.
    for color in 0..<3 { view.gains[color] = contrast * (1 + change(0.5)) }
    view.brightness = change(1)
    return view
  }
}
