import CommandLineKit
import Drawing

/// Two runs side by side.
struct Comparison: Codable, Sendable, Equatable {
  enum Verdict: String, Codable, Sendable {
    case better
    case worse
    /// Too little to tell from chance.
    case noise
    /// The runs do not say how much the figure varies.
    case unknown
  }

  struct Row: Codable, Sendable, Equatable {
    var name: String
    var unit: String
    var first: Double
    var second: Double
    /// The second by the first; none where the first is 0.
    var ratio: Double?
    var verdict: Verdict
  }

  var rows: [Row]
  /// What the runs did not do alike.
  var differences: [String]

  /// A change of less than this is never told from noise: machines differ from themselves by more.
  static let changeMin = 0.03

  init(_ first: LoadReport, _ second: LoadReport) {
    rows = [
      Self.row(
        "throughput", "calls/s", first.callsPerSecond, second.callsPerSecond, moreIsBetter: true)
    ]
    for (old, new) in zip(first.latency.percentiles, second.latency.percentiles) {
      let name = NumberFormat.percentile(old.percentile)
      rows.append(Self.row(name, "ms", old.milliseconds, new.milliseconds))
    }
    rows.append(
      Self.row("max", "ms", first.latency.maxMilliseconds, second.latency.maxMilliseconds))
    rows.append(
      Self.row("failed", "calls", Double(first.calls.failed), Double(second.calls.failed)))
    if let old = first.openLoop, let new = second.openLoop {
      rows.append(Self.row("never sent", "calls", Double(old.neverSent), Double(new.neverSent)))
    }
    if let old = first.server, let new = second.server {
      rows.append(Self.row("server", "cores", old.cores, new.cores))
      rows.append(
        Self.row(
          "server memory", "MB", Double(old.memoryBytesMax) / 1e6, Double(new.memoryBytesMax) / 1e6)
      )
    }
    differences = Self.differences(first.setup, second.setup)
  }

  private static func row(_ name: String, _ unit: String, _ first: Double, _ second: Double) -> Row
  {
    row(name, unit, LoadReport.Figure(value: first), LoadReport.Figure(value: second))
  }

  private static func row(
    _ name: String, _ unit: String, _ first: LoadReport.Figure, _ second: LoadReport.Figure,
    moreIsBetter: Bool = false
  ) -> Row {
    Row(
      name: name, unit: unit, first: first.value, second: second.value,
      ratio: first.value > 0 ? second.value / first.value : nil,
      verdict: verdict(first, second, moreIsBetter: moreIsBetter))
  }

  static func verdict(
    _ first: LoadReport.Figure, _ second: LoadReport.Figure, moreIsBetter: Bool
  ) -> Verdict {
    guard let half = halfWidth(first), let otherHalf = halfWidth(second) else { return .unknown }
    let change = second.value - first.value
    let noise = (half * half + otherHalf * otherHalf).squareRoot()
    guard abs(change) > max(noise, changeMin * first.value) else { return .noise }
    return (change > 0) == moreIsBetter ? .better : .worse
  }

  private static func halfWidth(_ figure: LoadReport.Figure) -> Double? {
    guard let low = figure.low, let high = figure.high else { return nil }
    return max(high - figure.value, figure.value - low)
  }

  private static func differences(_ first: LoadReport.Setup, _ second: LoadReport.Setup) -> [String]
  {
    func rate(_ setup: LoadReport.Setup) -> String {
      setup.rate.map { "\(NumberFormat.digits($0)) calls/s" } ?? "closed loop"
    }
    func methods(_ setup: LoadReport.Setup) -> String {
      setup.methods.map { "\($0.method) x \($0.weight)" }.joined(separator: ", ")
    }
    let facts = [
      ("methods", methods(first), methods(second)),
      ("pace", rate(first), rate(second)),
      ("connections", "\(first.connections)", "\(second.connections)"),
      ("streams", "\(first.streams)", "\(second.streams)"),
      (
        "seconds", NumberFormat.digits(first.durationSeconds),
        NumberFormat.digits(second.durationSeconds)
      ),
    ]
    return facts.filter { $1 != $2 }.map { "\($0): \($1) and \($2)" }
  }

  func lines(palette: Palette) -> [String] {
    var table = Table([
      Table.Column(""), Table.Column("first", isNumeric: true),
      Table.Column("second", isNumeric: true), Table.Column("ratio", isNumeric: true),
      Table.Column("change"),
    ])
    for row in rows {
      table.append([
        "\(row.name) (\(row.unit))", Self.text(row.first), Self.text(row.second),
        row.ratio.map { Format.fixed($0, digits: 2) } ?? "-", Self.text(row.verdict),
      ])
    }
    return differences.map { palette.yellow("differs: ") + TextWidth.printable($0) }
      + table.lines(palette: palette)
  }

  private static func text(_ value: Double) -> String {
    value != 0 && abs(value) < 0.1 ? Format.fixed(value, digits: 4) : NumberFormat.digits(value)
  }

  private static func text(_ verdict: Verdict) -> String {
    switch verdict {
    case .better: "BETTER"
    case .worse: "WORSE"
    case .noise: "within noise"
    case .unknown: ""
    }
  }
}
