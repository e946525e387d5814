import Drawing
import Foundation
package import WellKnownTypes

/// Numbers as people read them.
package enum Format {
  /// `999 B`, `1.5 kB`, `22 MB`: powers of 1000, two digits at least.
  package static func bytes(_ count: some BinaryInteger) -> String {
    guard count >= 1000 else { return "\(count) B" }
    var value = Double(count) / 1000
    for unit in ["kB", "MB", "GB"] {
      if value < 9.95 { return String(format: "%.1f %@", value, unit) }
      if value < 999.5 { return String(format: "%.0f %@", value, unit) }
      value /= 1000
    }
    return String(format: "%.1f TB", value)
  }

  /// `0:07`, `1:20`, `2:03:04`; rounded to seconds, `-:--` for what is not a number.
  package static func clock(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 360_000_000 else { return "-:--" }
    let whole = Int(seconds.rounded())
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
      : String(format: "%d:%02d", minutes, whole % 60)
  }

  /// `0.871`: a part from 0 to 1.
  package static func ratio(_ value: Double) -> String {
    fixed(value, digits: 3)
  }

  /// `value` with `digits` digits after the point, whatever the locale.
  package static func fixed(_ value: Double, digits: Int) -> String {
    NumberFormat.fixed(value, digits: digits)
  }

  /// `87 %`, rounded down so that only what is done reads as 100 %.
  package static func percent(_ value: Double) -> String {
    value.isFinite ? "\(Int((min(max(value, 0), 1) * 100 + 1e-9).rounded(.down))) %" : "- %"
  }

  /// `2026-11-23T01:43:00Z`; empty for what has not happened.
  package static func time(_ time: ProtoTimestamp?) -> String {
    guard let time else { return "" }
    return Date(timeIntervalSince1970: time.sinceEpoch / .seconds(1))
      .formatted(Date.ISO8601FormatStyle())
  }

  /// `1 image`, `2 images`.
  package static func count(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count) " + (count == 1 ? noun : plural ?? noun + "s")
  }

  /// `10.0,20.0,110.0,80.0`.
  static func corners(_ values: Double...) -> String {
    values.map { fixed($0, digits: 1) }.joined(separator: ",")
  }

  /// The first 12 of an image's 64 digits: enough to name it in any project that fits on a disk.
  package static func shortID(_ id: String) -> String {
    String(id.prefix(12))
  }
}
