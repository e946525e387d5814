import CommandLineKit

/// Figures of load runs as people read them.
enum Numbers {
  /// `850 ns`, `12.3 µs`, `1.23 ms`, `4.56 s`: three digits.
  static func latency(milliseconds: Double) -> String {
    guard milliseconds.isFinite, milliseconds > 0 else { return "0" }
    let nanoseconds = milliseconds * 1e6
    for (unit, size) in [("ns", 1.0), ("µs", 1e3), ("ms", 1e6)] where nanoseconds < size * 999.5 {
      return "\(digits(nanoseconds / size)) \(unit)"
    }
    return "\(digits(nanoseconds / 1e9)) s"
  }

  /// `0.12`, `12.3`, `1,234`: three digits at least.
  static func digits(_ value: Double) -> String {
    let size = abs(value)
    if size == 0 { return "0" }
    if size < 9.995 { return Format.fixed(value, digits: 2) }
    if size < 99.95 { return Format.fixed(value, digits: 1) }
    return grouped(value)
  }

  /// `12,345`: rounded, with commas.
  static func grouped(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "-" }
    let plain = String(Int(abs(value).rounded()))
    var text = ""
    for (place, digit) in plain.reversed().enumerated() {
      if place > 0, place.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (value < 0 && plain != "0" ? "-" : "") + String(text.reversed())
  }

  /// `p50`, `p99.9`.
  static func percentile(_ percentile: Double) -> String { "p" + plain(percentile) }

  /// A number with as many digits as it has.
  static func plain(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "\(value)"
  }

  /// `±1.2 %` for what varied within a run; nothing where that is not known.
  static func spread(_ figure: LoadReport.Figure) -> String? {
    guard let low = figure.low, let high = figure.high, figure.value > 0 else { return nil }
    return "±\(digits((high - low) / 2 / figure.value * 100)) %"
  }
}

extension Numbers {
  /// `500 µs`, `1 ms`: a round latency at an axis.
  static func tick(milliseconds: Double) -> String {
    for (unit, size) in [("ns", 1e-6), ("µs", 1e-3), ("ms", 1.0)] where milliseconds < size * 999 {
      return "\(tick(milliseconds / size)) \(unit)"
    }
    return "\(tick(milliseconds / 1_000)) s"
  }

  /// `0.5`, `20`, `5,000`: a round number at an axis.
  static func tick(_ value: Double) -> String {
    if value == 0 { return "0" }
    if abs(value) >= 1 && abs(value - value.rounded()) < 1e-6 * abs(value) { return grouped(value) }
    return Format.fixed(value, digits: abs(value) >= 0.1 ? 1 : abs(value) >= 0.01 ? 2 : 3)
  }
}
