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

  /// Between which two source pixels a sample lies, in bytes from the start of a row or in rows, and
  /// how far towards the second, in 256ths.
  private struct Sample {
    var first: Int
    var second: Int
    var weight: Int
  }

  /// The samples of the pixels along one axis; pixels outside the image have none.
  private struct Axis {
    /// The same for each pixel.
    var samplesPerPixel: Int
    /// Pixels within the image.
    var pixels: Range<Int>
    var samples: [Sample]
  }

  private func paint(_ part: Part, _ view: UnsafeMutablePointer<UInt8>) {
    let columns = axis(part.columns, part.horizontal, unit: 3)
    let rows = axis(part.rows, part.vertical, unit: sourceSide * 3)
    part.pixels.withUnsafeBufferPointer { source in
      columns.samples.withUnsafeBufferPointer { columnSamples in
        rows.samples.withUnsafeBufferPointer { rowSamples in
          for (index, row) in rows.pixels.enumerated() {
            let count = rows.samplesPerPixel
            ViewPainter.paintRow(
              source, rowSamples[index * count..<(index + 1) * count], columnSamples,
              samplesPerPixel: columns.samplesPerPixel,
              into: view + (row * side + columns.pixels.lowerBound) * 3)
          }
        }
      }
    }
  }

  private func axis(_ pixels: Range<Int>, _ line: DetectionView.Line, unit: Int) -> Axis {
    let isShrunk = abs(line.scale) * Double(sourceSide) > ViewPainter.plainShrinkMax
    let places = isShrunk ? [0.25, 0.75] : [0.5]
    let within = pixels.filter { (0...1).contains(line(Double($0) + 0.5)) }
    let samples = within.flatMap { pixel in
      places.map { place in
        let position = line(Double(pixel) + place) * Double(sourceSide) - 0.5
        let clamped = max(0, min(Double(sourceSide - 1), position))
        let first = Int(clamped)
        return Sample(
          first: first * unit, second: min(first + 1, sourceSide - 1) * unit,
          weight: Int((clamped - Double(first)) * 256))
      }
    }
    let first = within.first ?? pixels.lowerBound
    return Axis(
      samplesPerPixel: places.count, pixels: first..<first + within.count, samples: samples)
  }

  private static func paintRow(
    _ source: UnsafeBufferPointer<UInt8>, _ rows: Slice<UnsafeBufferPointer<Sample>>,
    _ columns: UnsafeBufferPointer<Sample>, samplesPerPixel: Int,
    into target: UnsafeMutablePointer<UInt8>
  ) {
    let divisor = (rows.count * samplesPerPixel) << 16
    var next = target
    var index = 0
    while index < columns.count {
      var (red, green, blue) = (divisor / 2, divisor / 2, divisor / 2)
      for column in index..<index + samplesPerPixel {
        let sample = columns[column]
        for row in rows {
          let weights = SIMD4(
            (256 - row.weight) * (256 - sample.weight), (256 - row.weight) * sample.weight,
            row.weight * (256 - sample.weight), row.weight * sample.weight)
          let places = SIMD4(
            row.first + sample.first, row.first + sample.second, row.second + sample.first,
            row.second + sample.second)
          for corner in 0..<4 {
            red += Int(source[places[corner]]) * weights[corner]
            green += Int(source[places[corner] + 1]) * weights[corner]
            blue += Int(source[places[corner] + 2]) * weights[corner]
          }
        }
      }
      next[0] = UInt8(red / divisor)
      next[1] = UInt8(green / divisor)
      next[2] = UInt8(blue / divisor)
      next += 3
      index += samplesPerPixel
    }
  }
}
