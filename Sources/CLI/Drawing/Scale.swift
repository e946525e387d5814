import Foundation

/// Turns values into places on an axis, and says which values to mark.
package struct Scale: Sendable {
  package struct Tick: Sendable {
    package let value: Double
    package let label: String
  }

  private enum Kind: Sendable {
    case linear
    case logarithmic
    /// Percentiles: each step is ten times closer to 100.
    case percentile
  }

  private let kind: Kind
  /// The transformed ends.
  private let low: Double
  private let high: Double
  package let ticks: [Tick]

  /// From 0 to at least `max`, in steps of 1, 2 or 5.
  package static func linear(max: Double, label: (Double) -> String) -> Scale {
    let top = max > 0 && max.isFinite ? max : 1
    let step = step(for: top / 4)
    let count = Int((top / step).rounded(.up))
    let ticks = (0...count).map { Double($0) * step }
    return Scale(
      kind: .linear, low: 0, high: Double(count) * step,
      ticks: ticks.map { Tick(value: $0, label: label($0)) })
  }

  /// From 0 to exactly `max`, for time.
  package static func time(max: Double) -> Scale {
    let top = max > 0 && max.isFinite ? max : 1
    let step = step(for: top / 8)
    let ticks = (0...Int((top / step + 1e-9).rounded(.down))).map { Double($0) * step }
    return Scale(
      kind: .linear, low: 0, high: top,
      ticks: ticks.map { Tick(value: $0, label: NumberFormat.tick($0)) })
  }

  /// The powers of ten, and 2 and 5 times them where there is room, around `range`.
  package static func logarithmic(_ range: ClosedRange<Double>, label: (Double) -> String) -> Scale
  {
    let (bottom, top) = (range.lowerBound * 0.9, range.upperBound * 1.1)
    let decades = Int(log10(bottom).rounded(.down))...Int(log10(top).rounded(.up))
    let steps = decades.count <= 4 ? [1.0, 2, 5] : [1.0]
    let candidates = decades.flatMap { decade in steps.map { $0 * pow(10, Double(decade)) } }
    let low = candidates.last { $0 <= bottom } ?? bottom
    let high = candidates.first { $0 >= top } ?? top
    return Scale(
      kind: .logarithmic, low: log10(low), high: log10(high),
      ticks: candidates.filter { (low...high).contains($0) }
        .map { Tick(value: $0, label: label($0)) })
  }

  /// From 0 to at least `max` percent.
  package static func percentile(max: Double) -> Scale {
    let marked = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999, 99.99999]
    let last = marked.firstIndex { $0 >= max } ?? marked.count - 1
    let ticks = marked[...Swift.max(last, 2)]
    return Scale(
      kind: .percentile, low: 0, high: closeness(ticks.last ?? 90),
      ticks: ticks.map { Tick(value: $0, label: "\(NumberFormat.plain($0)) %") })
  }

  private static func closeness(_ percentile: Double) -> Double {
    -log10(Swift.max(1e-9, 1 - percentile / 100))
  }

  /// The place of a value, 0 at the low end and 1 at the high one.
  package func place(_ value: Double) -> Double {
    let transformed =
      switch kind {
      case .linear: value
      case .logarithmic: log10(Swift.max(value, 1e-12))
      case .percentile: Self.closeness(value)
      }
    return min(max((transformed - low) / Swift.max(high - low, 1e-12), 0), 1)
  }

  private static func step(for least: Double) -> Double {
    let power = pow(10, log10(least).rounded(.down))
    return [1, 2, 5].first { $0 * power >= least * 0.999 }.map { $0 * power } ?? 10 * power
  }
}
