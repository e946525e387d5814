internal import BoxMetrics

/// What the network is shown while it learns: parts of one image or of four, in some light.
package struct DetectionView: Equatable {
  /// A part of an image in a part of the view.
  struct Tile: Equatable {
    /// A position in the set's `examples`.
    var image: Int
    /// Of the view, in pixels.
    var columns: Range<Int>
    var rows: Range<Int>
    /// From pixels of the view to the image, which spans 0 to 1; a negative scale mirrors.
    var horizontal: Line
    var vertical: Line
  }

  /// A straight line: `scale * position + offset`.
  struct Line: Equatable {
    var scale: Double
    var offset: Double

    func callAsFunction(_ position: Double) -> Double { scale * position + offset }

    /// Where in the view this place of the image lies.
    func inverse(_ place: Double) -> Double { (place - offset) / scale }
  }

  var tiles: [Tile]
  /// What red, green and blue are multiplied by, and what is added to all; of -1 to 1.
  var gains: SIMD3<Float> = [1, 1, 1]
  var brightness: Float = 0

  /// Less of an object than this part of its area is not asked for, but neither is background.
  static let visiblePartMin = 0.3
  /// Sides below this many pixels of the view show nothing.
  static let sideMin = 3.0

  /// What there is to learn in the view.
  func scene(_ examples: [DetectionSet.Example]) -> DetectionLoss.Scene {
    var scene = DetectionLoss.Scene()
    for tile in tiles {
      let example = examples[tile.image]
      for truth in example.truths {
        add(truth, of: example, in: tile, to: &scene)
      }
    }
    return scene
  }

  private func add(
    _ truth: EvaluatedImage.Truth, of example: DetectionSet.Example, in tile: Tile,
    to scene: inout DetectionLoss.Scene
  ) {
    let whole = tile.place(truth.box, of: example)
    let seen = Box(
      xMin: max(whole.xMin, Double(tile.columns.lowerBound)),
      yMin: max(whole.yMin, Double(tile.rows.lowerBound)),
      xMax: min(whole.xMax, Double(tile.columns.upperBound)),
      yMax: min(whole.yMax, Double(tile.rows.upperBound)))
    let (width, height) = (seen.xMax - seen.xMin, seen.yMax - seen.yMin)
    guard width > 0, height > 0 else { return }
    let edges = SIMD4(Float(seen.xMin), Float(seen.yMin), Float(seen.xMax), Float(seen.yMax))
    let isClear =
      seen.area >= DetectionView.visiblePartMin * whole.area
      && min(width, height) >= DetectionView.sideMin
    if truth.isCrowd || !isClear {
      scene.ignored.append(edges)
    } else {
      scene.objects.append(.init(edges: edges, classIndex: truth.classIndex))
    }
  }
}

extension DetectionView.Tile {
  /// A box of the image in pixels of the view; it may reach beyond the tile.
  func place(_ box: Box, of example: DetectionSet.Example) -> Box {
    let (width, height) = (Double(example.width), Double(example.height))
    let x = (horizontal.inverse(box.xMin / width), horizontal.inverse(box.xMax / width))
    let y = (vertical.inverse(box.yMin / height), vertical.inverse(box.yMax / height))
    return Box(
      xMin: min(x.0, x.1), yMin: min(y.0, y.1), xMax: max(x.0, x.1), yMax: max(y.0, y.1))
  }
}
