/// Writes a drawing, one element a line.
package struct SVG: Sendable {
  package enum Anchor: String, Sendable {
    case start
    case middle
    case end
  }

  package typealias Point = (x: Double, y: Double)

  private var elements: [String] = []
  package let width: Double

  package init(width: Double) { self.width = width }

  private static let fonts =
    "system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"

  /// The whole file, for a drawing of this height.
  package func document(height: Double) -> String {
    let (width, height) = (Self.number(width), Self.number(height))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="\(Self.fonts)">
      <rect width="100%" height="100%" fill="#ffffff"/>
      \(elements.joined(separator: "\n"))
      </svg>

      """
  }

  /// The drawing as a part of a page of HTML, whose background shows through.
  ///
  /// `label` says in words what it shows.
  package func figure(height: Double, label: String) -> String {
    let (width, height) = (Self.number(width), Self.number(height))
    return """
      <svg role="img" aria-label="\(Self.escaped(label))" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)">
      \(elements.joined(separator: "\n"))
      </svg>
      """
  }

  package mutating func text(
    _ text: String, x: Double, y: Double, size: Double = 12, color: String = ChartColors.text,
    anchor: Anchor = .start, isBold: Bool = false
  ) {
    elements.append(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\""
        + " fill=\"\(color)\" text-anchor=\"\(anchor.rawValue)\""
        + (isBold ? " font-weight=\"600\"" : "") + ">\(Self.escaped(text))</text>")
  }

  package mutating func line(
    from start: Point, to end: Point, color: String, width: Double = 1, isDashed: Bool = false
  ) {
    elements.append(
      "<line x1=\"\(Self.number(start.x))\" y1=\"\(Self.number(start.y))\""
        + " x2=\"\(Self.number(end.x))\" y2=\"\(Self.number(end.y))\" stroke=\"\(color)\""
        + " stroke-width=\"\(Self.number(width))\"" + Self.dashes(isDashed) + "/>")
  }

  package mutating func polyline(
    _ points: [Point], color: String, width: Double = 2, isDashed: Bool = false
  ) {
    guard points.count > 1 else {
      points.forEach { dot(at: $0, color: color) }
      return
    }
    elements.append(
      "<polyline points=\"\(Self.list(points))\" fill=\"none\" stroke=\"\(color)\""
        + " stroke-width=\"\(Self.number(width))\" stroke-linejoin=\"round\""
        + Self.dashes(isDashed) + "/>")
  }

  package mutating func area(_ points: [Point], color: String, opacity: Double) {
    guard points.count > 2 else { return }
    elements.append(
      "<polygon points=\"\(Self.list(points))\" fill=\"\(color)\""
        + " fill-opacity=\"\(Self.number(opacity))\"/>")
  }

  package mutating func dot(at point: Point, color: String, radius: Double = 3.5) {
    elements.append(
      "<circle cx=\"\(Self.number(point.x))\" cy=\"\(Self.number(point.y))\""
        + " r=\"\(Self.number(radius))\" fill=\"\(color)\"/>")
  }

  /// A filled rectangle; `note` shows where a pointer rests on it.
  package mutating func rectangle(
    _ place: Rectangle, color: String, opacity: Double = 1, note: String? = nil
  ) {
    elements.append(
      "<rect \(place.attributes) fill=\"\(color)\""
        + (opacity < 1 ? " fill-opacity=\"\(Self.number(opacity))\"" : "")
        + (note.map { "><title>\(Self.escaped($0))</title></rect>" } ?? "/>"))
  }

  /// The edge of a rectangle; `note` shows where a pointer rests on it.
  package mutating func frame(
    _ place: Rectangle, color: String, width: Double, opacity: Double = 1, isDashed: Bool = false,
    note: String? = nil
  ) {
    elements.append(
      "<rect \(place.attributes) fill=\"none\" stroke=\"\(color)\""
        + " stroke-width=\"\(Self.number(width))\""
        + (opacity < 1 ? " stroke-opacity=\"\(Self.number(opacity))\"" : "")
        + Self.dashes(isDashed)
        + (note.map { "><title>\(Self.escaped($0))</title></rect>" } ?? "/>"))
  }

  /// An element made elsewhere, as it is.
  mutating func add(_ element: String) { elements.append(element) }

  private static func dashes(_ isDashed: Bool) -> String {
    isDashed ? " stroke-dasharray=\"6 4\"" : ""
  }

  private static func list(_ points: [Point]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  /// At most two digits after the point; 0 for what is not a number.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    return NumberFormat.fixed(value, digits: value == value.rounded() ? 0 : 2)
  }

  /// Text for elements and attributes of SVG, XML and HTML.
  package static func escaped(_ text: String) -> String {
    TextMetrics.printable(text).reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.append(character)
      }
    }
  }
}

/// A place in a drawing; x grows right, y grows down.
package struct Rectangle: Sendable, Equatable {
  package var x: Double
  package var y: Double
  package var width: Double
  package var height: Double

  package init(x: Double, y: Double, width: Double, height: Double) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  fileprivate var attributes: String {
    "x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" width=\"\(SVG.number(max(width, 0)))\""
      + " height=\"\(SVG.number(max(height, 0)))\""
  }

  func overlaps(_ other: Rectangle) -> Bool {
    x < other.x + other.width && other.x < x + width && y < other.y + other.height
      && other.y < y + height
  }
}
