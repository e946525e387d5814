/// How often each kind was taken for each other: a square of counts, darker where more of a row is.
package struct ConfusionGrid: Sendable {
  private let names: [String]
  private let counts: [Int32]
  private let rowTitle: String
  private let columnTitle: String

  /// Beyond this side a square cannot be read.
  package static let sideMax = 40
  private static let labelsWidth = 130.0

  /// Counts row by row, as many as the square of the number of names.
  ///
  /// Nothing when there are other than so many, none, or more than can be read.
  package init?(names: [String], counts: [Int32], rowTitle: String, columnTitle: String) {
    guard !names.isEmpty, names.count <= Self.sideMax, counts.count == names.count * names.count
    else { return nil }
    (self.names, self.counts) = (names, counts)
    (self.rowTitle, self.columnTitle) = (rowTitle, columnTitle)
  }

  private var cell: Double { max(16, min(56, 560 / Double(names.count))) }

  /// The drawing as a part of a page.
  package var figure: String {
    let side = cell * Double(names.count)
    let left = Self.labelsWidth + 24
    let longest = names.map { TextMetrics.width(of: $0, size: 12) }.max() ?? 0
    let top = min(longest, Self.labelsWidth) * 0.75 + 44
    var svg = SVG(width: left + side + Self.labelsWidth * 0.7)
    svg.text("\(columnTitle) →", x: left, y: 16, size: 12, color: ChartColors.faint)
    svg.text(
      "\(rowTitle) ↓", x: left - 10, y: top - 8, size: 12, color: ChartColors.faint, anchor: .end)
    for (index, name) in names.enumerated() {
      let middle = (Double(index) + 0.5) * cell
      let text = TextMetrics.fitted(name, size: 12, width: Self.labelsWidth)
      svg.text(text, x: left - 8, y: top + middle + 4, anchor: .end)
      svg.tilted(text, at: (left + middle + 4, top - 6))
    }
    for row in names.indices {
      let values = counts[row * names.count..<(row + 1) * names.count]
      let total = values.reduce(0.0) { $0 + Double($1) }
      for (column, count) in values.enumerated() {
        draw(count, of: total, row, column, corner: (left, top), into: &svg)
      }
    }
    return svg.figure(height: top + side + 6, label: "Confusion: \(rowTitle) by \(columnTitle)")
  }

  private func draw(
    _ count: Int32, of total: Double, _ row: Int, _ column: Int, corner: SVG.Point,
    into svg: inout SVG
  ) {
    let share = total > 0 ? Double(count) / total : 0
    let place = Rectangle(
      x: corner.x + Double(column) * cell, y: corner.y + Double(row) * cell, width: cell - 1,
      height: cell - 1)
    svg.rectangle(place, color: ChartColors.grid, opacity: 0.45)
    guard count > 0 else { return }
    let percent = NumberFormat.fixed(share * 100, digits: 0)
    svg.rectangle(
      place, color: ChartColors.share, opacity: 0.12 + 0.88 * share,
      note: "\(names[row]) taken for \(names[column]): \(count) (\(percent) % of the row)")
    guard cell >= 20 else { return }
    svg.text(
      NumberFormat.grouped(Double(count)), x: place.x + place.width / 2, y: place.y + cell / 2 + 4,
      size: cell >= 34 ? 12 : 10, color: share > 0.45 ? ChartColors.onShare : ChartColors.text,
      anchor: .middle)
  }
}

extension SVG {
  /// Text that rises from `start` to the right, for names above columns.
  fileprivate mutating func tilted(_ text: String, at start: Point) {
    add(
      "<text transform=\"translate(\(Self.number(start.x)) \(Self.number(start.y))) rotate(-45)\""
        + " font-size=\"12\" fill=\"\(ChartColors.text)\">\(Self.escaped(text))</text>")
  }
}
