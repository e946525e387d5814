import BoxMetrics
import SeededRandom
import Testing

@testable import Model

/// Views show what their boxes say.
struct DetectionViewTests {
  static let side = 64

  /// A white rectangle on black, twice as wide an image as it is high.
  static let example = DetectionSet.Example(
    width: 256, height: 128,
    truths: [.init(box: Box(xMin: 64, yMin: 32, xMax: 160, yMax: 96), classIndex: 0)], group: 0)

  /// The example's pixels, stretched to a square.
  static func pixels(side: Int) -> [UInt8] {
    (0..<side * side).flatMap { pixel in
      let (x, y) = (Double(pixel % side) + 0.5, Double(pixel / side) + 0.5)
      let (u, v) = (x / Double(side), y / Double(side))
      return Array(
        repeating: (0.25...0.625).contains(u) && (0.25...0.75).contains(v) ? 255 : 0,
        count: 3) as [UInt8]
    }
  }

  static func painted(_ view: DetectionView, sourceSide: Int) -> [UInt8] {
    let pixels = pixels(side: sourceSide)
    return ViewPainter(side: side, sourceSide: sourceSide).paint([
      view.tiles.map {
        .init(
          columns: $0.columns, rows: $0.rows, horizontal: $0.horizontal, vertical: $0.vertical,
          pixels: pixels)
      }
    ])
  }

  /// Where white was painted, in the tile of the view.
  static func whiteEdges(
    _ bytes: [UInt8], _ columns: Range<Int>, _ rows: Range<Int>
  ) -> SIMD4<Float>? {
    let white = rows.flatMap { row in
      columns.filter { bytes[(row * side + $0) * 3] > 191 }.map { (x: $0, y: row) }
    }
    guard let left = white.map(\.x).min(), let right = white.map(\.x).max(),
      let top = white.map(\.y).min(), let bottom = white.map(\.y).max()
    else { return nil }
    return [Float(left), Float(top), Float(right + 1), Float(bottom + 1)]
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `boxes stay on what was painted, whatever is drawn`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let augmentation = DetectionAugmentation(side: Self.side, mirrors: true)
    let isMosaic = seed.isMultiple(of: 2)
    let view =
      isMosaic
      ? augmentation.mosaic(of: [0, 0, 0, 0], using: &random)
      : augmentation.view(of: 0, [Self.example], using: &random)
    let bytes = Self.painted(view, sourceSide: 96)
    if !isMosaic { #expect(view.scene([Self.example]).objects.count == 1) }
    for tile in view.tiles {
      let scene = DetectionView(tiles: [tile]).scene([Self.example])
      guard let edges = scene.objects.first?.edges,
        let white = Self.whiteEdges(bytes, tile.columns, tile.rows)
      else { continue }
      for edge in 0..<4 { #expect(abs(edges[edge] - white[edge]) <= 2) }
    }
  }

  @Test func `the whole view is the image itself`() {
    let view = DetectionAugmentation.whole(0, side: Self.side)
    #expect(Self.painted(view, sourceSide: Self.side) == Self.pixels(side: Self.side))
    #expect(view.scene([Self.example]).objects.map(\.edges) == [[16, 16, 40, 48]])
  }

  @Test func `beyond the image there is grey`() {
    let line = DetectionView.Line(scale: 2 / 64.0, offset: -0.5)
    let view = DetectionView(tiles: [
      .init(image: 0, columns: 0..<64, rows: 0..<64, horizontal: line, vertical: line)
    ])
    let bytes = Self.painted(view, sourceSide: 96)
    #expect(bytes[0] == ViewPainter.gray)
    #expect(bytes[(32 * 64 + 15) * 3] == ViewPainter.gray)
    #expect(bytes[(32 * 64 + 17) * 3] == 0)
  }

  /// Views of the left part of the image, whose object is 96 wide and begins at 64 of 256.
  @Test(arguments: [(0.36, 0, 1), (0.37, 1, 0)] as [(Double, Int, Int)])
  func `of an object mostly cut off nothing is learned, not even background`(
    shown: Double, objects: Int, ignored: Int
  ) {
    let view = DetectionView(tiles: [
      .init(
        image: 0, columns: 0..<64, rows: 0..<64,
        horizontal: .init(scale: shown / 64, offset: 0),
        vertical: .init(scale: 1 / 64.0, offset: 0))
    ])
    let scene = view.scene([Self.example])
    #expect(scene.objects.count == objects)
    #expect(scene.ignored.count == ignored)
  }

  @Test func `crowds are ignored and images without boxes are background`() {
    var crowd = Self.example
    crowd.truths[0].isCrowd = true
    let scene = DetectionAugmentation.whole(0, side: 64).scene([crowd])
    #expect(scene.objects.isEmpty)
    #expect(scene.ignored == [[16, 16, 40, 48]])
    var empty = Self.example
    empty.truths = []
    var random = SeededGenerator(seed: 1)
    let view = DetectionAugmentation(side: 64, mirrors: true).view(of: 0, [empty], using: &random)
    #expect(view.scene([empty]) == DetectionLoss.Scene())
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `without mirroring nothing is mirrored`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let augmentation = DetectionAugmentation(side: Self.side, mirrors: false)
    let view = augmentation.mosaic(of: [0, 0, 0, 0], using: &random)
    for tile in view.tiles {
      #expect(tile.horizontal.scale > 0)
      #expect(tile.vertical.scale > 0)
    }
  }
}
