import API
import Drawing

/// Counts in ranges as bars.
struct BinChart {
  typealias Bin = ProjectAnalysis.Bin

  let title: String
  let bins: [Bin]
  let color: String
  let range: (Bin) -> String

  private static let width = 330.0

  /// The drawing, from the first range that holds something to the last.
  var figure: String {
    let bars = Self.trimmed(bins).map { bin in
      BarChart.Bar(
        name: range(bin), value: Double(bin.count), text: NumberFormat.grouped(Double(bin.count)))
    }
    return BarChart(title: title, bars: bars, color: color, width: Self.width).figure
  }

  static func trimmed(_ bins: [Bin]) -> [Bin] {
    guard let first = bins.firstIndex(where: { $0.count > 0 }),
      let last = bins.lastIndex(where: { $0.count > 0 })
    else { return [] }
    return Array(bins[first...last])
  }

  /// All that have something to show.
  static func charts(of analysis: ProjectAnalysis) -> [BinChart] {
    var charts = [
      BinChart(
        title: "Longer side of images, pixels", bins: analysis.longSides, color: ChartColors.blue,
        range: whole),
      BinChart(
        title: "Width : height of images", bins: analysis.aspects, color: ChartColors.blue,
        range: ratio),
    ]
    if let boxes = analysis.boxes {
      charts += [
        BinChart(
          title: "Boxes in an image", bins: boxes.perImage, color: ChartColors.orange, range: whole),
        BinChart(
          title: "Box size, % of the image's side", bins: boxes.relativeSizes,
          color: ChartColors.orange,
          range: percent),
        BinChart(
          title: "Width : height of boxes", bins: boxes.aspects, color: ChartColors.orange,
          range: ratio),
      ]
    }
    return charts.filter { !trimmed($0.bins).isEmpty }
  }

  /// `512–1,023`, `3`, `8,192 or more`.
  static func whole(_ bin: Bin) -> String {
    let start = NumberFormat.grouped(bin.start)
    guard let end = bin.end else { return "\(start) or more" }
    return end - bin.start <= 1 ? start : "\(start)–\(NumberFormat.grouped(end - 1))"
  }

  /// `0.8–1.25`.
  static func ratio(_ bin: Bin) -> String { span(bin, unit: "", NumberFormat.plain) }

  /// `2–5 %`.
  static func percent(_ bin: Bin) -> String {
    span(bin, unit: " %") { NumberFormat.plain(($0 * 100).rounded()) }
  }

  private static func span(_ bin: Bin, unit: String, _ text: (Double) -> String) -> String {
    guard let end = bin.end else { return "\(text(bin.start))\(unit) or more" }
    return (bin.start == 0 ? "below \(text(end))" : "\(text(bin.start))–\(text(end))") + unit
  }
}
