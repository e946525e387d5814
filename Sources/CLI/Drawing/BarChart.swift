/// Counts as bars that lie below each other, each with its name before it and its number behind.
package struct BarChart: Sendable {
  package struct Bar: Sendable {
    package let name: String
    package let value: Double
    /// What is written behind the bar.
    package let text: String

    package init(name: String, value: Double, text: String) {
      (self.name, self.value, self.text) = (name, value, text)
    }
  }

  package let title: String
  package let bars: [Bar]
  package let color: String
  private let width: Double

  private static let rowHeight = 22.0
  private static let top = 34.0

  package init(title: String, bars: [Bar], color: String = ChartColors.blue, width: Double = 460) {
    (self.title, self.bars, self.color, self.width) = (title, bars, color, width)
  }

  /// The drawing as a part of a page.
  package var figure: String {
    var svg = SVG(width: width)
    svg.text(title, x: 0, y: 16, size: 14, isBold: true)
    let longest = bars.map { TextMetrics.width(of: $0.name, size: 12) }.max() ?? 0
    let left = min(longest, width * 0.4) + 10
    let room =
      width - left - (bars.map { TextMetrics.width(of: $0.text, size: 12) }.max() ?? 0) - 12
    let most = bars.map(\.value).max() ?? 0
    for (row, bar) in bars.enumerated() {
      let y = Self.top + Double(row) * Self.rowHeight
      let length = most > 0 ? max(room, 0) * bar.value / most : 0
      svg.text(
        TextMetrics.fitted(bar.name, size: 12, width: left - 10), x: left - 8, y: y + 12,
        anchor: .end)
      svg.rectangle(
        Rectangle(x: left, y: y, width: max(length, bar.value > 0 ? 1 : 0), height: 15),
        color: color)
      svg.text(bar.text, x: left + length + 6, y: y + 12, color: ChartColors.faint)
    }
    return svg.figure(
      height: Self.top + Double(bars.count) * Self.rowHeight + 4, label: title)
  }
}
