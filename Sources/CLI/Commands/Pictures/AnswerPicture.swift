import API
import Drawing

/// An image with what a model said of it.
struct AnswerPicture: Sendable {
  let image: EmbeddedImage
  let response: InferResponse
  /// The image's name for people.
  let name: String
  /// The longer side of the image in the drawing; one in between keeps its size.
  let longSides: ClosedRange<Double>

  private static let captionLine = 22.0
  private static let widthMin = 300.0

  private var scale: Double {
    let side = max(image.width, image.height)
    return min(max(side, longSides.lowerBound), longSides.upperBound) / side
  }

  private var width: Double { max(image.width * scale, Self.widthMin) }

  /// The drawing, and how high it is.
  func drawing(_ colors: inout ClassColors) -> (svg: SVG, height: Double) {
    var svg = SVG(width: width)
    svg.image(image, at: (0, 0), scale: scale)
    var y = image.height * scale
    switch response.result {
    case .detection(let value):
      drawBoxes(value.objects, &colors, into: &svg)
      let count = Format.count(value.objects.count, "object")
      y = drawCaption(value.objects.isEmpty ? "nothing found" : count, below: y, into: &svg)
    case .classification(let value):
      y = drawCaption(nil, below: y, into: &svg)
      y = drawClasses(value.classes, below: y, into: &svg)
    case nil: y = drawCaption("no answer", below: y, into: &svg)
    }
    return (svg, y + 10)
  }

  private func drawBoxes(
    _ objects: [DetectedObject], _ colors: inout ClassColors, into svg: inout SVG
  ) {
    let marks = objects.map { BoxLayer.Mark($0, color: colors.color(of: $0.className)) }
    BoxLayer(marks, width: image.width, height: image.height)
      .draw(at: (0, 0), scale: scale, into: &svg)
  }

  /// What image, what model, how long.
  private func drawCaption(_ found: String?, below top: Double, into svg: inout SVG) -> Double {
    let milliseconds = "\(NumberFormat.digits(response.engineMilliseconds)) ms"
    let facts = [response.model, found, milliseconds].compactMap(\.self)
    let lines = [(name, ChartColors.text), (facts.joined(separator: "  ·  "), ChartColors.faint)]
    for (number, line) in lines.enumerated() {
      svg.text(
        TextMetrics.fitted(line.0, size: 13, width: width - 12), x: 6,
        y: top + Self.captionLine * (Double(number) + 0.9), size: 13, color: line.1,
        isBold: number == 0)
    }
    return top + Self.captionLine * 2
  }

  /// A bar for each class, as long as it is likely.
  private func drawClasses(
    _ classes: [ScoredClass], below top: Double, into svg: inout SVG
  ) -> Double {
    let nameWidth = width * 0.4
    let room = width - nameWidth - 70
    for (row, scored) in classes.enumerated() {
      let y = top + 8 + Double(row) * Self.captionLine
      let length = room * min(max(scored.probability, 0), 1)
      svg.text(
        TextMetrics.fitted(scored.className, size: 13, width: nameWidth - 14), x: 6, y: y + 12,
        size: 13, isBold: row == 0)
      svg.rectangle(
        Rectangle(x: nameWidth, y: y, width: max(length, 1), height: 15),
        color: row == 0 ? ChartColors.blue : ChartColors.gray)
      svg.text(
        Self.percent(scored.probability), x: nameWidth + length + 6, y: y + 12,
        color: ChartColors.faint)
    }
    return top + 8 + Double(classes.count) * Self.captionLine
  }

  private static func percent(_ probability: Double) -> String {
    "\(Format.fixed(probability * 100, digits: 1)) %"
  }
}
