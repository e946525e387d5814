/// One diagram of a drawing: a frame with axes, into which lines are drawn.
package struct Panel: Sendable {
  package struct Key: Sendable {
    package let label: String
    package let color: String
    package var isDashed = false

    package init(label: String, color: String, isDashed: Bool = false) {
      (self.label, self.color, self.isDashed) = (label, color, isDashed)
    }
  }

  package static let left = 84.0
  package static let right = 920.0

  package let top: Double
  package let height: Double
  let left: Double
  let right: Double
  let x: Scale
  let y: Scale

  /// A diagram between `left` and `right` of the drawing; of its whole width unless they are given.
  package init(
    top: Double, height: Double, left: Double = Panel.left, right: Double = Panel.right, x: Scale,
    y: Scale
  ) {
    (self.top, self.height) = (top, height)
    (self.left, self.right) = (left, right)
    (self.x, self.y) = (x, y)
  }

  package var bottom: Double { top + height }

  package func point(_ xValue: Double, _ yValue: Double) -> SVG.Point {
    (left + x.place(xValue) * (right - left), bottom - y.place(yValue) * height)
  }

  /// Draws the frame, the title and the key above it, and what the axes mean.
  package func drawFrame(title: String, xTitle: String?, keys: [Key], into svg: inout SVG) {
    svg.text(title, x: left, y: top - 14, size: 14, isBold: true)
    drawKeys(keys, into: &svg)
    for tick in y.ticks {
      let place = bottom - y.place(tick.value) * height
      svg.line(from: (left, place), to: (right, place), color: ChartColors.grid)
      svg.text(
        tick.label, x: left - 8, y: place + 4, size: 11, color: ChartColors.faint, anchor: .end)
    }
    for tick in x.ticks {
      let place = left + x.place(tick.value) * (right - left)
      svg.line(from: (place, top), to: (place, bottom), color: ChartColors.grid)
      svg.text(
        tick.label, x: place, y: bottom + 17, size: 11, color: ChartColors.faint, anchor: .middle)
    }
    svg.line(from: (left, bottom), to: (right, bottom), color: ChartColors.axis)
    if let xTitle {
      svg.text(
        xTitle, x: (left + right) / 2, y: bottom + 35, color: ChartColors.faint, anchor: .middle)
    }
  }

  /// From the right.
  private func drawKeys(_ keys: [Key], into svg: inout SVG) {
    var end = right
    for key in keys.reversed() {
      end -= TextMetrics.width(of: key.label, size: 12)
      svg.text(key.label, x: end, y: top - 14, size: 12, color: ChartColors.text)
      svg.line(
        from: (end - 27, top - 18), to: (end - 7, top - 18), color: key.color, width: 2.5,
        isDashed: key.isDashed)
      end -= 45
    }
  }

  /// A line through values.
  package func draw(
    _ values: [SVG.Point], color: String, width: Double = 2, isDashed: Bool = false,
    into svg: inout SVG
  ) {
    svg.polyline(
      values.map { point($0.x, $0.y) }, color: color, width: width, isDashed: isDashed)
  }

  /// The area between values and the bottom.
  package func fill(
    _ values: [SVG.Point], color: String, opacity: Double = 0.12, into svg: inout SVG
  ) {
    guard let first = values.first, let last = values.last else { return }
    let base = [(point(last.x, 0).x, bottom), (point(first.x, 0).x, bottom)]
    svg.area(values.map { point($0.x, $0.y) } + base, color: color, opacity: opacity)
  }
}
