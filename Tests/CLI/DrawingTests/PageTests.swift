import Foundation
import Testing

@testable import Drawing

@Suite struct `A page` {
  @Test(arguments: hostileNames)
  func `shows names and nothing else`(name: String) throws {
    var page = Page(title: name)
    page.heading(name)
    page.subheading(name)
    page.paragraph(name)
    page.note(name, name, tone: .bad)
    page.facts([(name: name, value: name)])
    page.table([.init(name), .init("n", isNumeric: true)], [[name, "1"]])
    let bar = BarChart(title: name, bars: [.init(name: name, value: 1, text: name)])
    page.figures([.init(bar.figure, caption: name)])
    let grid = ConfusionGrid(names: [name], counts: [1], rowTitle: name, columnTitle: name)
    page.figures([.init(try #require(grid).figure)])
    let parsed = try Parsed(page.document)
    #expect(
      parsed.names == [
        "html", "head", "meta", "meta", "meta", "title", "style", "body", "h1", "h2", "h3", "p",
        "p", "span", "dl", "div", "dd", "dt", "div", "table", "thead", "tr", "th", "th", "tbody",
        "tr", "td", "td", "div", "figure", "svg", "text", "text", "rect", "text", "figcaption",
        "div", "figure", "svg", "text", "text", "text", "text", "rect", "rect", "title", "text",
      ])
    let known: Set = [
      "lang", "charset", "http-equiv", "content", "name", "class", "role", "aria-label", "width",
      "height", "viewBox", "x", "y", "font-size", "fill", "text-anchor", "font-weight",
      "fill-opacity", "transform",
    ]
    #expect(Set(parsed.attributes.flatMap(\.keys)).subtracting(known) == [])
  }

  @Test func `holds an image once, and fetches and runs nothing`() throws {
    var page = Page(title: "x")
    let image = EmbeddedImage(
      bytes: Data([7]), mediaType: "image/png", width: 2, height: 3, orientation: 1)
    let id = page.keep(image)
    for _ in 0..<2 {
      var svg = SVG(width: 4)
      svg.image(id: id, at: (0, 0), scale: 2)
      page.figures([.init(svg.figure(height: 6, label: "x"))])
    }
    let document = page.document
    let parsed = try Parsed(document)
    #expect(parsed.names.count { $0 == "image" } == 1)
    #expect(parsed.attributes.filter { $0["href"] == "#\(id)" }.count == 2)
    #expect(document.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
    #expect(!document.contains("http:") && !document.contains("https:"))
    #expect(!document.contains("url(") && !document.contains("@import"))
  }
}

@Suite struct `A grid of what was confused` {
  private func grid(_ side: Int, counts: Int? = nil) -> ConfusionGrid? {
    ConfusionGrid(
      names: (0..<side).map { "c\($0)" },
      counts: Array(repeating: 1, count: counts ?? side * side), rowTitle: "a", columnTitle: "b")
  }

  @Test func `is as large as can be read`() {
    #expect(grid(ConfusionGrid.sideMax) != nil)
    #expect(grid(ConfusionGrid.sideMax + 1) == nil)
    #expect(grid(0) == nil && grid(2, counts: 3) == nil && grid(2, counts: 5) == nil)
  }

  @Test func `shows each count with its part of the row, however large`() throws {
    let grid = ConfusionGrid(
      names: ["cat", "dog"], counts: [.max, 0, 1, 3], rowTitle: "truth", columnTitle: "answer")
    let text = try Parsed(try #require(grid).figure).text
    #expect(text.contains("dog taken for cat: 1 (25 % of the row)"))
    #expect(text.contains("dog taken for dog: 3 (75 % of the row)"))
    #expect(!text.contains("cat taken for dog"))
  }
}

@Suite struct `Bars` {
  @Test func `are as long as their values, and there is a trace of the smallest`() throws {
    let chart = BarChart(
      title: "t",
      bars: [
        .init(name: "a", value: 1_000_000, text: "1"), .init(name: "b", value: 1, text: "2"),
        .init(name: "c", value: 0, text: "0"),
      ])
    let widths = try Parsed(chart.figure).attributes.filter { $0["fill"] == ChartColors.blue }
      .compactMap { $0["width"].flatMap(Double.init) }
    #expect(widths.count == 3 && widths[0] > 300 && widths[1] == 1 && widths[2] == 0)
  }
}
