/// One diagram of a drawing: a frame with axes, into which lines are drawn.
struct Panel {
  struct Key {
    let label: String
    let color: String
    var isDashed = false
  }

  static let left = 84.0
  static let right = 920.0

  let top: Double
  let height: Double
  let x: Scale
  let y: Scale

  var bottom: Double { top + height }

  func point(_ xValue: Double, _ yValue: Double) -> (x: Double, y: Double) {
    (
      Self.left + x.place(xValue) * (Self.right - Self.left),
      bottom - y.place(yValue) * height
    )
  }

  /// Draws the frame, the title and the key above it, and what the axes mean.
  func drawFrame(title: String, xTitle: String?, keys: [Key], into svg: inout SVG) {
    svg.text(title, x: Self.left, y: top - 14, size: 14, isBold: true)
    drawKeys(keys, into: &svg)
    for tick in y.ticks {
      let place = bottom - y.place(tick.value) * height
      svg.line(from: (Self.left, place), to: (Self.right, place), color: Ink.grid)
      svg.text(
        tick.label, x: Self.left - 8, y: place + 4, size: 11, color: Ink.faint, anchor: .end)
    }
    for tick in x.ticks {
      let place = Self.left + x.place(tick.value) * (Self.right - Self.left)
      svg.line(from: (place, top), to: (place, bottom), color: Ink.grid)
      svg.text(
        tick.label, x: place, y: bottom + 17, size: 11, color: Ink.faint, anchor: .middle)
    }
    svg.line(from: (Self.left, bottom), to: (Self.right, bottom), color: Ink.axis)
    if let xTitle {
      svg.text(
        xTitle, x: (Self.left + Self.right) / 2, y: bottom + 35, color: Ink.faint, anchor: .middle)
    }
  }

  /// From the right: the width of text can only be guessed, and so errs to the side of the gap.
  private func drawKeys(_ keys: [Key], into svg: inout SVG) {
    var end = Self.right
    for key in keys.reversed() {
      end -= Double(key.label.count) * 7
      svg.text(key.label, x: end, y: top - 14, size: 12, color: Ink.text)
      svg.line(
        from: (end - 27, top - 18), to: (end - 7, top - 18), color: key.color, width: 2.5,
        isDashed: key.isDashed)
      end -= 45
    }
  }

  /// A line through values.
  func draw(
    _ values: [(x: Double, y: Double)], color: String, width: Double = 2, isDashed: Bool = false,
    into svg: inout SVG
  ) {
    svg.polyline(
      values.map { point($0.x, $0.y) }, color: color, width: width, isDashed: isDashed)
  }

  /// The area between values and the bottom.
  func fill(
    _ values: [(x: Double, y: Double)], color: String, opacity: Double = 0.12, into svg: inout SVG
  ) {
    guard let first = values.first, let last = values.last else { return }
    let base = [(point(last.x, 0).x, bottom), (point(first.x, 0).x, bottom)]
    svg.area(values.map { point($0.x, $0.y) } + base, color: color, opacity: opacity)
  }
}
