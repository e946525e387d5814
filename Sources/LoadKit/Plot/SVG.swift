import CommandLineKit

/// Writes a drawing, one element a line.
struct SVG {
  enum Anchor: String {
    case start
    case middle
    case end
  }

  private var elements: [String] = []
  private let width: Double

  init(width: Double) { self.width = width }

  /// The whole file, for a drawing of this height.
  func document(height: Double) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.number(width))" \
    height="\(Self.number(height))" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
    font-family="system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif">
    <rect width="100%" height="100%" fill="#ffffff"/>
    \(elements.joined(separator: "\n"))
    </svg>

    """
  }

  mutating func text(
    _ text: String, x: Double, y: Double, size: Double = 12, color: String = Ink.text,
    anchor: Anchor = .start, isBold: Bool = false
  ) {
    elements.append(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\""
        + " fill=\"\(color)\" text-anchor=\"\(anchor.rawValue)\""
        + (isBold ? " font-weight=\"600\"" : "") + ">\(Self.escaped(text))</text>")
  }

  mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), color: String,
    width: Double = 1, isDashed: Bool = false
  ) {
    elements.append(
      "<line x1=\"\(Self.number(start.x))\" y1=\"\(Self.number(start.y))\""
        + " x2=\"\(Self.number(end.x))\" y2=\"\(Self.number(end.y))\" stroke=\"\(color)\""
        + " stroke-width=\"\(Self.number(width))\"" + Self.dashes(isDashed) + "/>")
  }

  mutating func polyline(
    _ points: [(x: Double, y: Double)], color: String, width: Double = 2, isDashed: Bool = false
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

  mutating func area(_ points: [(x: Double, y: Double)], color: String, opacity: Double) {
    guard points.count > 2 else { return }
    elements.append(
      "<polygon points=\"\(Self.list(points))\" fill=\"\(color)\""
        + " fill-opacity=\"\(Self.number(opacity))\"/>")
  }

  mutating func dot(at point: (x: Double, y: Double), color: String, radius: Double = 3.5) {
    elements.append(
      "<circle cx=\"\(Self.number(point.x))\" cy=\"\(Self.number(point.y))\""
        + " r=\"\(Self.number(radius))\" fill=\"\(color)\" stroke=\"#ffffff\"/>")
  }

  private static func dashes(_ isDashed: Bool) -> String {
    isDashed ? " stroke-dasharray=\"6 4\"" : ""
  }

  private static func list(_ points: [(x: Double, y: Double)]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  static func number(_ value: Double) -> String {
    value == value.rounded() ? Format.fixed(value, digits: 0) : Format.fixed(value, digits: 2)
  }

  static func escaped(_ text: String) -> String {
    TextWidth.printable(text).reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}

/// The colours of the drawings; blue and orange are told apart by everybody.
enum Ink {
  static let text = "#1f2933"
  static let faint = "#61707f"
  static let grid = "#e4e7eb"
  static let axis = "#9aa5b1"
  static let blue = "#2563eb"
  static let orange = "#e8590c"
  static let gray = "#8a97a6"
  static let red = "#d6293e"
  static let green = "#2b8a3e"
}
