import Foundation

/// Figures as people read them.
package enum NumberFormat {
  /// `value` with `digits` digits after the point, whatever the locale.
  package static func fixed(_ value: Double, digits: Int) -> String {
    value.isFinite ? String(format: "%.\(digits)f", value) : "-"
  }

  /// `0.12`, `12.3`, `1,234`: three digits at least.
  package static func digits(_ value: Double) -> String {
    let size = abs(value)
    if size == 0 { return "0" }
    if size < 9.995 { return fixed(value, digits: 2) }
    if size < 99.95 { return fixed(value, digits: 1) }
    return grouped(value)
  }

  /// `12,345`: rounded, with commas.
  package static func grouped(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "-" }
    let plain = String(Int(abs(value).rounded()))
    var text = ""
    for (place, digit) in plain.reversed().enumerated() {
      if place > 0, place.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (value < 0 && plain != "0" ? "-" : "") + String(text.reversed())
  }

  /// A number with as many digits as it has.
  package static func plain(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "\(value)"
  }

  /// `0.5`, `20`, `5,000`: a round number at an axis.
  package static func tick(_ value: Double) -> String {
    if value == 0 { return "0" }
    if abs(value) >= 1 && abs(value - value.rounded()) < 1e-6 * abs(value) { return grouped(value) }
    return fixed(value, digits: abs(value) >= 0.1 ? 1 : abs(value) >= 0.01 ? 2 : 3)
  }
}
