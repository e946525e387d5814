import API
import Drawing

/// A training's epochs and a detector's precision as drawings.
struct TrainingCurves {
  let report: TrainingReport

  private static let width = 500.0
  private static let small = 244.0
  /// Classes whose curves are drawn, in their order.
  static let classesMax = 36

  /// Loss and measures over time; nothing for a training without a history.
  var history: [Page.Figure] {
    let points = report.history
    guard !points.isEmpty else { return [] }
    func line(_ value: (TrainingReport.Epoch) -> Double?) -> [SVG.Point] {
      points.compactMap { epoch in value(epoch).map { (x: epoch.seconds, y: $0) } }
        .filter { $0.y.isFinite }
    }
    let losses = [
      Line(label: "training", color: ChartColors.blue, points: line(\.loss)),
      Line(label: "validation", color: ChartColors.orange, points: line(\.validationLoss)),
    ]
    let measures = [
      Line(label: "accuracy", color: ChartColors.blue, points: line(\.validationAccuracy)),
      Line(
        label: "mAP@.5", color: ChartColors.orange, points: line(\.validationMeanAveragePrecision50)
      ),
      Line(
        label: "mAP@[.5:.95]", color: ChartColors.blue,
        points: line(\.validationMeanAveragePrecision)),
    ]
    let most = losses.flatMap { $0.points.map(\.y) }.max() ?? 1
    return [
      figure("Loss", losses, .linear(max: most) { NumberFormat.tick($0) }),
      figure("On validation images", measures, .linear(max: 1) { NumberFormat.tick($0) }),
    ].compactMap(\.self)
  }

  private struct Line {
    let label: String
    let color: String
    let points: [SVG.Point]
  }

  private func figure(_ title: String, _ lines: [Line], _ scale: Scale) -> Page.Figure? {
    let lines = lines.filter { !$0.points.isEmpty }
    guard !lines.isEmpty else { return nil }
    var svg = SVG(width: Self.width)
    let panel = Panel(
      top: 44, height: 210, left: 46, right: Self.width - 14,
      x: .time(max: report.history.map(\.seconds).max() ?? 1), y: scale)
    panel.drawFrame(
      title: title, xTitle: "seconds of training",
      keys: lines.map { Panel.Key(label: $0.label, color: $0.color) }, into: &svg)
    drawPhases(on: panel, into: &svg)
    for line in lines { panel.draw(line.points, color: line.color, into: &svg) }
    return Page.Figure(svg.figure(height: panel.bottom + 44, label: title))
  }

  /// A mark where a phase begins, but for the first.
  private func drawPhases(on panel: Panel, into svg: inout SVG) {
    for (last, epoch) in zip(report.history, report.history.dropFirst())
    where last.phase != epoch.phase {
      let x = panel.point(last.seconds, 0).x
      svg.line(from: (x, panel.top), to: (x, panel.bottom), color: ChartColors.axis, isDashed: true)
      svg.text(
        epoch.phase.word, x: x + 5, y: panel.bottom - 8, size: 11, color: ChartColors.faint)
    }
  }

  /// A small diagram for each class.
  func precisionRecall(_ metrics: DetectionMetrics?) -> [Page.Figure] {
    report.precisionRecall.prefix(Self.classesMax).map { curve in
      var svg = SVG(width: Self.small)
      let scale = Scale.linear(max: 1) { NumberFormat.tick($0) }
      let panel = Panel(
        top: 44, height: 140, left: 34, right: Self.small - 10, x: scale, y: scale)
      let figure = metrics?.classes.first { $0.className == curve.className }
      let average = TrainingText.ratio(figure?.averagePrecision50)
      let name = TextMetrics.fitted(curve.className, size: 14, width: Self.small - 120)
      panel.drawFrame(title: "\(name)  \(average)", xTitle: "recall", keys: [], into: &svg)
      let last = Double(max(curve.precisions.count - 1, 1))
      let points: [SVG.Point] = curve.precisions.enumerated().map { place, precision in
        (x: Double(place) / last, y: precision)
      }
      panel.fill(points, color: ChartColors.blue, into: &svg)
      panel.draw(points, color: ChartColors.blue, into: &svg)
      if let figure, figure.recall > 0 || figure.precision > 0 {
        svg.dot(
          at: panel.point(figure.recall, figure.precision), color: ChartColors.orange, radius: 4.5)
      }
      return Page.Figure(
        svg.figure(height: panel.bottom + 42, label: "Precision by recall: \(curve.className)"))
    }
  }
}
