import CommandLineKit
import Drawing

/// Draws one run, or two on top of each other.
struct LoadPlot {
  struct Run {
    let report: LoadReport
    let name: String
    let color: String
  }

  let runs: [Run]
  private static let width = 960.0
  private static let gap = 74.0

  /// Draws these reports, one or two.
  init(_ reports: [LoadReport]) {
    precondition((1...2).contains(reports.count), "\(reports.count) reports")
    runs = zip(reports, [("first run", ChartColors.blue), ("second run", ChartColors.orange)]).map {
      Run(report: $0, name: $1.0, color: $1.1)
    }
  }

  var isSingle: Bool { runs.count == 1 }

  /// The whole file.
  var svg: String {
    var svg = SVG(width: Self.width)
    var top = drawHeader(into: &svg)
    let timeTop = drawPercentiles(top: top, into: &svg)
    top = timeTop + Self.gap
    var draws = [drawLatencies, drawThroughput]
    if runs.contains(where: { $0.report.timeline.contains { $0.backlog > 0 } }) {
      draws.append(drawBacklog)
    }
    if runs.contains(where: { $0.report.server != nil }) { draws.append(drawServer) }
    for (index, draw) in draws.enumerated() {
      let isLast = index == draws.count - 1
      top = draw(top, isLast ? "seconds after the warm-up" : nil, &svg) + Self.gap - 10
    }
    return svg.document(height: top - 12)
  }

  private func drawHeader(into svg: inout SVG) -> Double {
    var y = 36.0
    for run in runs {
      let setup = run.report.setup
      let title =
        setup.methods.count == 1
        ? setup.methods[0].method : "a mix of \(setup.methods.count) methods"
      svg.text(
        (isSingle ? "" : "\(run.name): ") + title, x: Panel.left, y: y, size: 18,
        color: isSingle ? ChartColors.text : run.color, isBold: true)
      let pace =
        setup.rate.map { "open loop at \(NumberFormat.digits($0)) calls/s" } ?? "closed loop"
      svg.text(
        "\(pace), \(Format.count(setup.connections, "connection")) x "
          + "\(Format.count(setup.streams, "stream")), "
          + "\(NumberFormat.digits(run.report.measuredSeconds)) s from \(run.report.startedAt)",
        x: Panel.left, y: y + 20, color: ChartColors.faint)
      svg.text(summary(run.report), x: Panel.left, y: y + 40, size: 13)
      y += 72
    }
    return y + 18
  }

  private func summary(_ report: LoadReport) -> String {
    var parts = ["\(NumberFormat.digits(report.callsPerSecond.value)) calls/s"]
    if report.latency.count > 0 {
      parts += report.latency.percentiles.filter { $0.percentile != 90 }.map {
        NumberFormat.percentile($0.percentile) + " "
          + NumberFormat.latency(milliseconds: $0.milliseconds.value)
      }
      parts.append("max \(NumberFormat.latency(milliseconds: report.latency.maxMilliseconds))")
    }
    parts.append("\(NumberFormat.grouped(Double(report.calls.failed))) failed")
    if let loop = report.openLoop, loop.neverSent > 0 {
      parts.append("\(NumberFormat.grouped(Double(loop.neverSent))) due but never sent")
    }
    return parts.joined(separator: "  ·  ")
  }

  private func drawPercentiles(top: Double, into svg: inout SVG) -> Double {
    let curves = runs.map { run in run.report.latency.curve.filter { $0.milliseconds > 0 } }
    let values = curves.flatMap { $0.map(\.milliseconds) }
    let panel = Panel(
      top: top, height: 260,
      x: .percentile(max: curves.compactMap { $0.last?.percentile }.max() ?? 90),
      y: Self.latencyScale(values))
    panel.drawFrame(
      title: "Latency by percentile", xTitle: "percentile of calls",
      keys: isSingle ? [] : runs.map { Panel.Key(label: $0.name, color: $0.color) }, into: &svg)
    if values.isEmpty {
      svg.text(
        "no call was answered", x: (Panel.left + Panel.right) / 2, y: top + 130, size: 14,
        color: ChartColors.faint, anchor: .middle)
    }
    for (run, curve) in zip(runs, curves) {
      let points = curve.map { (x: $0.percentile, y: $0.milliseconds) }
      if isSingle { panel.fill(points, color: run.color, into: &svg) }
      panel.draw(points, color: run.color, width: 2.5, into: &svg)
      guard isSingle else { continue }
      for mark in run.report.latency.percentiles
      where mark.percentile <= (curve.last?.percentile ?? 0) {
        let point = panel.point(mark.percentile, mark.milliseconds.value)
        svg.dot(at: point, color: run.color)
        svg.text(
          NumberFormat.latency(milliseconds: mark.milliseconds.value), x: point.x - 8,
          y: point.y - 9,
          size: 11, anchor: .end, isBold: true)
      }
    }
    return panel.bottom
  }

  static func latencyScale(_ milliseconds: [Double]) -> Scale {
    let least = milliseconds.min() ?? 0.1
    return .logarithmic(least...max(milliseconds.max() ?? 1, least)) {
      NumberFormat.tick(milliseconds: $0)
    }
  }
}
