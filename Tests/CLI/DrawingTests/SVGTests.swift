import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import Drawing

/// What of a document an XML parser makes: the names of its elements, and its text.
final class Parsed: NSObject, XMLParserDelegate {
  private(set) var names: [String] = []
  private(set) var attributes: [[String: String]] = []
  private(set) var text = ""

  /// - Throws: An issue when it is not XML.
  init(_ document: String) throws {
    super.init()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    try #require(parser.parse(), "\(String(describing: parser.parserError))")
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    names.append(name)
    self.attributes.append(attributes)
  }

  func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
}

/// Names as somebody might choose them to break a page.
let hostileNames = [
  "<script>alert(1)</script>", "\"onload=\"alert(1)", "']]>&amp;<!--", "a\u{0}b\u{1B}[31m",
  "\u{202E}gnp.exe", "\u{FFFE}", "</svg></text>",
]

@Suite struct `A drawing's text` {
  @Test func `holds no markup of others`() {
    #expect(SVG.escaped("<b a=\"'\">&\u{1B}") == "&lt;b a=&quot;&#39;&quot;&gt;&amp;\u{FFFD}")
  }

  @Test(arguments: hostileNames)
  func `is shown and nothing else`(name: String) throws {
    var svg = SVG(width: 10)
    svg.text(name, x: 0, y: 0)
    svg.rectangle(Rectangle(x: 0, y: 0, width: 1, height: 1), color: ChartColors.blue, note: name)
    let parsed = try Parsed(svg.document(height: 10))
    #expect(parsed.names == ["svg", "rect", "text", "rect", "title"])
    let shown = TextMetrics.printable(name)
    #expect(parsed.text.filter { $0 != "\n" } == shown + shown)
  }

  @Test func `is cut where there is no room`() {
    #expect(TextMetrics.fitted("short", size: 10, width: 100) == "short")
    let cut = TextMetrics.fitted(String(repeating: "m", count: 500), size: 10, width: 100)
    #expect(cut.hasSuffix("m…") && TextMetrics.width(of: cut, size: 10) <= 100)
    #expect(TextMetrics.fitted("mmm", size: 10, width: 0) == "…")
  }

  @Test func `has numbers that every viewer reads`() {
    #expect(
      [1.0, -0.5, 1.234_5, .nan, .infinity].map(SVG.number) == ["1", "-0.50", "1.23", "0", "0"])
  }
}

@Suite struct `An embedded image` {
  /// Where the first stored pixel and the one right of it are to be seen: EXIF's own table, as
  /// parts of the shown width and height.
  private static let corners: [(Int, first: [Double], end: [Double])] = [
    (1, [0, 0], [1, 0]), (2, [1, 0], [0, 0]), (3, [1, 1], [0, 1]), (4, [0, 1], [1, 1]),
    (5, [0, 0], [0, 1]), (6, [1, 0], [1, 1]), (7, [1, 1], [1, 0]), (8, [0, 1], [0, 0]),
  ]

  @Test(arguments: corners)
  func `is turned as EXIF says`(orientation: Int, first: [Double], end: [Double]) throws {
    let image = EmbeddedImage(
      bytes: Data([1, 2, 3]), mediaType: "image/png", width: 30, height: 20,
      orientation: orientation)
    let shown = orientation >= 5 ? [20.0, 30] : [30.0, 20]
    #expect([image.width, image.height] == shown)
    let parsed = try Parsed(image.element(isEnlarged: false))
    let attributes = try #require(parsed.attributes.first)
    #expect(attributes["width"] == "30" && attributes["height"] == "20")
    #expect(attributes["href"] == "data:image/png;base64,AQID")
    let matrix =
      attributes["transform"].map { text in
        text.dropFirst(7).dropLast().split(separator: " ").compactMap { Double($0) }
      } ?? [1, 0, 0, 1, 0, 0]
    try #require(matrix.count == 6)
    func seen(_ x: Double, _ y: Double) -> [Double] {
      [
        (matrix[0] * x + matrix[2] * y + matrix[4]) / shown[0],
        (matrix[1] * x + matrix[3] * y + matrix[5]) / shown[1],
      ]
    }
    #expect(seen(0, 0) == first)
    #expect(seen(30, 0) == end)
  }

  @Test(arguments: [0, 9, -1])
  func `is not turned by what EXIF does not know`(orientation: Int) {
    let image = EmbeddedImage(
      bytes: Data(), mediaType: "image/gif", width: 3, height: 2, orientation: orientation)
    #expect(!image.element(isEnlarged: true).contains("transform"))
    #expect(image.width == 3)
  }
}

@Suite struct `Boxes over an image` {
  private func drawn(_ marks: [BoxLayer.Mark]) throws -> Parsed {
    var svg = SVG(width: 200)
    BoxLayer(marks, width: 100, height: 80).draw(at: (10, 0), scale: 2, into: &svg)
    return try Parsed(svg.document(height: 200))
  }

  private func mark(
    _ left: Double, _ top: Double, _ right: Double, _ bottom: Double, _ label: String = "cat"
  ) -> BoxLayer.Mark {
    BoxLayer.Mark(
      left: left, top: top, right: right, bottom: bottom, label: label, color: ChartColors.kind(1))
  }

  @Test func `are where they are in the image, and cut off at its edges`() throws {
    let rectangles = try drawn([mark(10, 20, 30, 60), mark(-50, .nan, 500, 90)]).attributes
      .filter { $0["fill"] == "none" && $0["stroke"] == ChartColors.kind(1) }
    // The first lies on top.
    #expect(rectangles.map { $0["x"] } == ["10", "30"])
    #expect(rectangles.map { $0["y"] } == ["0", "40"])
    #expect(rectangles.map { $0["width"] } == ["200", "40"])
    #expect(rectangles.map { $0["height"] } == ["160", "80"])
  }

  @Test func `have labels beside each other and within the image`() throws {
    let marks = [mark(5, 0, 50, 40), mark(6, 1, 50, 40), mark(70, 60, 100, 80, "a long name")]
    let tags = try drawn(marks).attributes.filter { $0["fill-opacity"] == "0.92" }.map { tag in
      func number(_ name: String) -> Double { tag[name].flatMap(Double.init) ?? -1 }
      return Rectangle(
        x: number("x"), y: number("y"), width: number("width"), height: number("height"))
    }
    #expect(tags.count == 3)
    #expect(!tags[0].overlaps(tags[1]))
    for tag in tags {
      #expect(tag.x >= 10 && tag.x + tag.width <= 210.01 && tag.y >= 0 && tag.y + tag.height <= 160)
    }
  }

  @Test func `leave out labels for which there is no room, the last first`() throws {
    let marks = (0..<50).map { mark(10, 20, 60, 70, "number \($0)") }
    let parsed = try drawn(marks)
    #expect(parsed.names.count { $0 == "title" } == 50)
    #expect(parsed.names.count { $0 == "text" } == 4)
    let text = parsed.text.filter { $0 != "\n" }
    #expect(text.hasSuffix("number 0number 1number 2number 3"))
  }

  @Test(arguments: hostileNames)
  func `show names of classes and nothing else`(name: String) throws {
    let parsed = try drawn([mark(0, 0, 50, 40, name)])
    #expect(parsed.names == ["svg", "rect", "rect", "rect", "title", "rect", "text"])
    let shown = TextMetrics.printable(name)
    #expect(parsed.text.contains(shown))
  }
}
