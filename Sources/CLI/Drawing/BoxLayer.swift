/// Boxes with labels, drawn over an image.
package struct BoxLayer: Sendable {
  /// One box in pixels of the image, and what is written at it.
  package struct Mark: Sendable {
    package let left: Double
    package let top: Double
    package let right: Double
    package let bottom: Double
    package let label: String
    package let color: String
    /// For what is not so: invented or missed.
    package let isDashed: Bool

    package init(
      left: Double, top: Double, right: Double, bottom: Double, label: String, color: String,
      isDashed: Bool = false
    ) {
      (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
      (self.label, self.color, self.isDashed) = (label, color, isDashed)
    }
  }

  /// How much wider bold text is.
  private static let boldness = 1.12

  let marks: [Mark]
  /// Pixels of the image.
  let width: Double
  let height: Double
  let textSize: Double

  /// Marks over an image of this size, those that matter most first; boxes are cut off at its edges.
  package init(_ marks: [Mark], width: Double, height: Double, textSize: Double = 13) {
    (self.marks, self.width, self.height) = (marks, width, height)
    self.textSize = textSize
  }

  /// Draws them over an image that has its corner at `corner` and is `scale` times as large.
  ///
  /// The first lie on top. Labels come last, so that no box crosses one; one for which there is no
  /// room beside the others is left out, and shows where a pointer rests on its box.
  package func draw(at corner: SVG.Point, scale: Double, into svg: inout SVG) {
    let area = Rectangle(
      x: corner.x, y: corner.y, width: width * scale, height: height * scale)
    let stroke = max(2, min(3.5, min(area.width, area.height) / 160))
    let places = marks.map { place(of: $0, corner, scale) }
    for (mark, place) in zip(marks, places).reversed() {
      svg.frame(place, color: "#ffffff", width: stroke + 2, opacity: 0.7)
      svg.frame(
        place, color: mark.color, width: stroke, isDashed: mark.isDashed, note: mark.label)
    }
    var taken: [Rectangle] = []
    for (mark, place) in zip(marks, places) where !mark.label.isEmpty {
      let text = TextMetrics.fitted(
        mark.label, size: textSize, width: (area.width - 8) / Self.boldness)
      guard let tag = tag(text, at: place, in: area, besides: taken) else { continue }
      taken.append(tag)
      svg.rectangle(tag, color: mark.color, opacity: 0.92)
      svg.text(
        text, x: tag.x + 4, y: tag.y + textSize * 1.06, size: textSize,
        color: ChartColors.onKind(mark.color), isBold: true)
    }
  }

  private func place(of mark: Mark, _ corner: SVG.Point, _ scale: Double) -> Rectangle {
    func within(_ value: Double, _ limit: Double) -> Double {
      value.isFinite ? min(max(value, 0), limit) : 0
    }
    let (left, right) = (within(mark.left, width), within(mark.right, width))
    let (top, bottom) = (within(mark.top, height), within(mark.bottom, height))
    return Rectangle(
      x: corner.x + left * scale, y: corner.y + top * scale, width: (right - left) * scale,
      height: (bottom - top) * scale)
  }

  /// Above the box, else below its upper edge, else below it, else at its lower edge: the first that
  /// lies in the image and on no other label.
  private func tag(
    _ text: String, at box: Rectangle, in area: Rectangle, besides taken: [Rectangle]
  ) -> Rectangle? {
    let width = TextMetrics.width(of: text, size: textSize) * Self.boldness + 8
    let height = textSize * 1.45
    let x = max(area.x, min(box.x, area.x + area.width - width))
    let bottom = box.y + box.height
    return [box.y - height, box.y, bottom, bottom - height].map { y in
      Rectangle(x: x, y: y, width: width, height: height)
    }.first { place in
      place.y >= area.y && place.y + height <= area.y + area.height
        && !taken.contains { $0.overlaps(place) }
    }
  }
}
