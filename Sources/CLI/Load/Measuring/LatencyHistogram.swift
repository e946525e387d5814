import Histogram

/// How often each latency occurred, in nanoseconds, to three digits.
struct LatencyHistogram: Sendable {
  /// More than any call may take; what takes longer counts as this.
  static let nanosecondsMax: UInt64 = 2 * 3_600 * 1_000_000_000

  /// Grows with the longest latency: short ones cost little memory.
  private var counts = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
  private var sum = 0.0

  var count: Int { Int(counts.totalCount) }
  var isEmpty: Bool { counts.totalCount == 0 }
  var max: UInt64 { isEmpty ? 0 : counts.max }
  var min: UInt64 { isEmpty ? 0 : counts.min }
  /// Of what was recorded, not of its rounding.
  var mean: Double { isEmpty ? 0 : sum / Double(count) }

  mutating func record(_ nanoseconds: Int64) {
    let value = Swift.min(UInt64(Swift.max(0, nanoseconds)), Self.nanosecondsMax)
    counts.record(value)
    sum += Double(value)
  }

  /// The latency that `percentile` percent of the calls did not exceed; 0 if there were none.
  func value(at percentile: Double) -> UInt64 {
    isEmpty ? 0 : Swift.min(counts.valueAtPercentile(percentile), counts.max)
  }

  func milliseconds(at percentile: Double) -> Double { Double(value(at: percentile)) / 1e6 }
  var maxMilliseconds: Double { Double(max) / 1e6 }

  mutating func add(_ other: LatencyHistogram) {
    guard !other.isEmpty else { return }
    counts.add(other.counts)
    sum += other.sum
  }

  mutating func reset() {
    guard !isEmpty else { return }
    counts.reset()
    sum = 0
  }
}
