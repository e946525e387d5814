import CommandLineKit
import Drawing

extension LoadPlot {
  private static let height = 150.0

  private var timeScale: Scale {
    .time(max: runs.compactMap { $0.report.timeline.last?.end }.max() ?? 1)
  }

  /// A value of each part of the time, in its middle.
  private func values(
    _ run: Run, _ value: (LoadReport.Moment) -> Double
  ) -> [(x: Double, y: Double)] {
    run.report.timeline.map { (x: ($0.start + $0.end) / 2, y: value($0)) }
  }

  private struct Line {
    let run: Run
    let key: Panel.Key
    let value: (LoadReport.Moment) -> Double
  }

  /// Three lines of one run, or two of each of two runs.
  private var latencyLines: [Line] {
    if isSingle {
      return [
        Line(run: runs[0], key: Panel.Key(label: "max", color: ChartColors.gray)) {
          $0.maxMilliseconds
        },
        Line(run: runs[0], key: Panel.Key(label: "p99", color: ChartColors.orange)) {
          $0.p99Milliseconds
        },
        Line(run: runs[0], key: Panel.Key(label: "p50", color: ChartColors.blue)) {
          $0.p50Milliseconds
        },
      ]
    }
    return runs.flatMap { run in
      let dashed = Panel.Key(label: "\(run.name) p99", color: run.color, isDashed: true)
      let plain = Panel.Key(label: "\(run.name) p50", color: run.color)
      return [
        Line(run: run, key: dashed) { $0.p99Milliseconds },
        Line(run: run, key: plain) { $0.p50Milliseconds },
      ]
    }
  }

  func drawLatencies(_ top: Double, _ xTitle: String?, into svg: inout SVG) -> Double {
    let lines = latencyLines
    let points = lines.map { line in values(line.run, line.value).filter { $0.y > 0 } }
    let panel = Panel(
      top: top, height: 190, x: timeScale, y: Self.latencyScale(points.flatMap { $0.map(\.y) }))
    panel.drawFrame(
      title: "Latency over time", xTitle: xTitle,
      keys: lines.map(\.key),
      into: &svg)
    for (line, points) in zip(lines, points) {
      panel.draw(
        points, color: line.key.color, width: 1.8, isDashed: line.key.isDashed, into: &svg)
    }
    return panel.bottom
  }

  func drawThroughput(_ top: Double, _ xTitle: String?, into svg: inout SVG) -> Double {
    let rates = runs.compactMap(\.report.setup.rate)
    let hasFailures = runs.contains { $0.report.calls.failed > 0 }
    let most = runs.flatMap { $0.report.timeline.map(\.callsPerSecond) } + rates
    let panel = Panel(
      top: top, height: Self.height, x: timeScale,
      y: .linear(max: most.max() ?? 1) { NumberFormat.tick($0) })
    var keys =
      isSingle
      ? [Panel.Key(label: "succeeded", color: ChartColors.blue)]
      : runs.map { Panel.Key(label: $0.name, color: $0.color) }
    if hasFailures { keys.append(Panel.Key(label: "failed", color: ChartColors.red)) }
    if !rates.isEmpty {
      keys.append(Panel.Key(label: "asked for", color: ChartColors.faint, isDashed: true))
    }
    panel.drawFrame(title: "Calls per second", xTitle: xTitle, keys: keys, into: &svg)
    for run in runs {
      let points = values(run, \.callsPerSecond)
      if isSingle { panel.fill(points, color: run.color, into: &svg) }
      panel.draw(points, color: run.color, into: &svg)
      if run.report.calls.failed > 0 {
        let failed = values(run) { Double($0.failed) / max($0.end - $0.start, 1e-9) }
        panel.draw(failed, color: ChartColors.red, width: 1.8, into: &svg)
      }
    }
    for rate in Set(rates) {
      let place = panel.point(0, rate).y
      svg.line(
        from: (Panel.left, place), to: (Panel.right, place), color: ChartColors.faint, width: 1.5,
        isDashed: true)
    }
    return panel.bottom
  }

  func drawBacklog(_ top: Double, _ xTitle: String?, into svg: inout SVG) -> Double {
    let panel = Panel(
      top: top, height: Self.height * 0.7, x: timeScale,
      y: .linear(max: runs.flatMap { $0.report.timeline.map { Double($0.backlog) } }.max() ?? 1) {
        NumberFormat.tick($0)
      })
    panel.drawFrame(
      title: "Backlog: calls that are due and wait for a free stream", xTitle: xTitle, keys: [],
      into: &svg)
    for run in runs {
      let points = values(run) { Double($0.backlog) }
      let color = isSingle ? ChartColors.red : run.color
      if isSingle { panel.fill(points, color: color, into: &svg) }
      panel.draw(points, color: color, into: &svg)
    }
    return panel.bottom
  }

  func drawServer(_ top: Double, _ xTitle: String?, into svg: inout SVG) -> Double {
    let most = runs.flatMap { $0.report.timeline.compactMap(\.serverCores) }.max() ?? 1
    let panel = Panel(
      top: top, height: Self.height * 0.7, x: timeScale,
      y: .linear(max: most) { NumberFormat.tick($0) })
    let memory = runs.compactMap { $0.report.server?.memoryBytesMax }
      .map { Format.bytes(UInt64($0)) }
    panel.drawFrame(
      title: "Server: processors busy (memory: \(memory.joined(separator: " and ")) at most)",
      xTitle: xTitle, keys: [], into: &svg)
    for run in runs where run.report.server != nil {
      let points = values(run) { $0.serverCores ?? 0 }
      let color = isSingle ? ChartColors.green : run.color
      if isSingle { panel.fill(points, color: color, into: &svg) }
      panel.draw(points, color: color, into: &svg)
    }
    return panel.bottom
  }
}
