import Drawing

// Figures of load runs as people read them.

extension NumberFormat {
  /// `850 ns`, `12.3 µs`, `1.23 ms`, `4.56 s`: three digits.
  static func latency(milliseconds: Double) -> String {
    guard milliseconds.isFinite, milliseconds > 0 else { return "0" }
    let nanoseconds = milliseconds * 1e6
    for (unit, size) in [("ns", 1.0), ("µs", 1e3), ("ms", 1e6)] where nanoseconds < size * 999.5 {
      return "\(digits(nanoseconds / size)) \(unit)"
    }
    return "\(digits(nanoseconds / 1e9)) s"
  }

  /// `p50`, `p99.9`.
  static func percentile(_ percentile: Double) -> String { "p" + plain(percentile) }

  /// `±1.2 %` for what varied within a run; nothing where that is not known.
  static func spread(_ figure: LoadReport.Figure) -> String? {
    guard let low = figure.low, let high = figure.high, figure.value > 0 else { return nil }
    return "±\(digits((high - low) / 2 / figure.value * 100)) %"
  }

  /// `500 µs`, `1 ms`: a round latency at an axis.
  static func tick(milliseconds: Double) -> String {
    for (unit, size) in [("ns", 1e-6), ("µs", 1e-3), ("ms", 1.0)] where milliseconds < size * 999 {
      return "\(tick(milliseconds / size)) \(unit)"
    }
    return "\(tick(milliseconds / 1_000)) s"
  }
}
