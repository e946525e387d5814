internal import Dispatch

/// Computes the pixels of views.
struct ViewPainter: Sendable {
  let side: Int
  /// Of the decoded images.
  let sourceSide: Int

  /// What lies beyond the images: 0 after normalisation.
  static let gray: UInt8 = 127
  /// Where an image is shrunk by more than this, a pixel is the mean of four samples.
  private static let plainShrinkMax = 1.5

  /// A tile with the `sourceSide * sourceSide` RGB pixels of its image.
  struct Part: Sendable {
    var columns: Range<Int>
    var rows: Range<Int>
    var horizontal: DetectionView.Line
    var vertical: DetectionView.Line
    var pixels: [UInt8]
  }

  /// `(B, side, side, 3)` bytes, painted on several threads.
  func paint(_ views: [[Part]]) -> [UInt8] {
    let bytesPerView = side * side * 3
    return [UInt8](unsafeUninitializedCapacity: views.count * bytesPerView) { buffer, count in
      buffer.initialize(repeating: ViewPainter.gray)
      count = buffer.count
      guard let base = buffer.baseAddress else { return }
      let canvas = Canvas(start: base)
      DispatchQueue.concurrentPerform(iterations: views.count) { index in
        for part in views[index] { paint(part, canvas.start + index * bytesPerView) }
      }
    }
  }

  /// Each view has bytes of its own, so threads do not meet.
  private struct Canvas: @unchecked Sendable {
    let start: UnsafeMutablePointer<UInt8>
  }

  /// Between which two source pixels a sample lies, and how far towards the second, in 256ths.
  private struct Sample {
    var first: Int
    var second: Int
    var weight: Int
  }

  private func paint(_ part: Part, _ view: UnsafeMutablePointer<UInt8>) {
    let columns = samples(part.columns, part.horizontal)
    let rows = samples(part.rows, part.vertical)
    part.pixels.withUnsafeBufferPointer { source in
      guard let source = source.baseAddress else { return }
      for (row, rowSamples) in zip(part.rows, rows) where !rowSamples.isEmpty {
        var target = view + (row * side + part.columns.lowerBound) * 3
        for columnSamples in columns {
          if !columnSamples.isEmpty {
            ViewPainter.mix(source, sourceSide, rowSamples, columnSamples, target)
          }
          target += 3
        }
      }
    }
  }

  /// For each pixel along an axis one sample or two; none outside the image.
  private func samples(_ pixels: Range<Int>, _ line: DetectionView.Line) -> [[Sample]] {
    let shrinks = abs(line.scale) * Double(sourceSide) > ViewPainter.plainShrinkMax
    let places = shrinks ? [0.25, 0.75] : [0.5]
    return pixels.map { pixel in
      let middle = line(Double(pixel) + 0.5)
      guard (0...1).contains(middle) else { return [] }
      return places.map { place in
        let position = line(Double(pixel) + place) * Double(sourceSide) - 0.5
        let clamped = max(0, min(Double(sourceSide - 1), position))
        let first = Int(clamped)
        return Sample(
          first: first, second: min(first + 1, sourceSide - 1),
          weight: Int((clamped - Double(first)) * 256))
      }
    }
  }

  @inline(__always)
  private static func mix(
    _ source: UnsafePointer<UInt8>, _ side: Int, _ rows: [Sample], _ columns: [Sample],
    _ target: UnsafeMutablePointer<UInt8>
  ) {
    var sum = SIMD3<Int>()
    for row in rows {
      let upper = source + row.first * side * 3
      let lower = source + row.second * side * 3
      for column in columns {
        let (left, right) = (column.first * 3, column.second * 3)
        for color in 0..<3 {
          let top =
            Int(upper[left + color]) * (256 - column.weight)
            + Int(upper[right + color]) * column.weight
          let bottom =
            Int(lower[left + color]) * (256 - column.weight)
            + Int(lower[right + color]) * column.weight
          sum[color] += top * (256 - row.weight) + bottom * row.weight
        }
      }
    }
    let divisor = (rows.count * columns.count) << 16
    for color in 0..<3 { target[color] = UInt8((sum[color] + divisor / 2) / divisor) }
  }
}
