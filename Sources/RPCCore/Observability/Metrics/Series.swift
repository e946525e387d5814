import CoreMetrics
import Synchronization

/// One series of numbers, of any kind.
final class Series: Sendable {
  enum Kind: String { case counter, gauge, histogram }

  private struct State {
    var value = 0.0
    /// Histograms: how many values there were in each bucket, those of smaller buckets not counted.
    var buckets: [UInt64]
    var count: UInt64 = 0
  }

  /// The upper bounds of a histogram's buckets; one more holds all above.
  static let bounds = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  ]

  let kind: Kind
  private let state: Mutex<State>

  init(_ kind: Kind) {
    self.kind = kind
    let buckets = kind == .histogram ? Self.bounds.count + 1 : 0
    state = Mutex(State(buckets: Array(repeating: 0, count: buckets)))
  }

  func add(_ amount: Double) { state.withLock { $0.value += amount } }

  func set(_ value: Double) { state.withLock { $0.value = value } }

  /// Adds a value to a histogram; of a gauge it becomes the value.
  func record(_ value: Double) {
    guard kind == .histogram else { return set(value) }
    let bucket = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
    state.withLock { state in
      state.buckets[bucket] += 1
      state.count += 1
      state.value += value
    }
  }

  /// The series' lines.
  func text(_ key: PrometheusRegistry.Key) -> String {
    let (value, buckets, count) = state.withLock { ($0.value, $0.buckets, $0.count) }
    let braces = key.labels.isEmpty ? "" : "{\(key.labels)}"
    guard kind == .histogram else {
      return "\(key.name)\(braces) \(PrometheusText.number(value))\n"
    }
    let comma = key.labels.isEmpty ? "" : ","
    var text = ""
    var below: UInt64 = 0
    for (index, inBucket) in buckets.enumerated() {
      below += inBucket
      let bound =
        index < Self.bounds.count ? PrometheusText.number(Self.bounds[index]) : "+Inf"
      text += "\(key.name)_bucket{\(key.labels)\(comma)le=\"\(bound)\"} \(below)\n"
    }
    return text + "\(key.name)_sum\(braces) \(PrometheusText.number(value))\n"
      + "\(key.name)_count\(braces) \(count)\n"
  }
}

/// Names, labels and numbers as Prometheus reads them.
enum PrometheusText {
  static func name(_ label: String) -> String {
    let name = String(
      label.unicodeScalars.map { scalar -> Character in
        let isAllowed =
          scalar.isASCII
          && (scalar.properties.isAlphabetic || scalar == "_" || scalar == ":"
            || ("0"..."9").contains(scalar))
        return isAllowed ? Character(scalar) : "_"
      })
    let beginsWell = name.unicodeScalars.first.map { !("0"..."9").contains($0) } ?? false
    return beginsWell ? name : "_" + name
  }

  static func labels(_ dimensions: [(String, String)]) -> String {
    dimensions.map { "\(name($0.0))=\"\(escaped($0.1))\"" }.joined(separator: ",")
  }

  static func number(_ value: Double) -> String {
    guard let whole = Int64(exactly: value) else { return "\(value)" }
    return "\(whole)"
  }

  private static func escaped(_ value: String) -> String {
    var escaped = ""
    for character in value {
      switch character {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n", "\r\n": escaped += "\\n"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}

final class CounterSeries: CounterHandler {
  private let series: Series

  init(_ series: Series) { self.series = series }

  func increment(by amount: Int64) { series.add(Double(max(0, amount))) }
  func reset() { series.set(0) }
}

final class FloatingCounterSeries: FloatingPointCounterHandler {
  private let series: Series

  init(_ series: Series) { self.series = series }

  func increment(by amount: Double) { series.add(max(0, amount)) }
  func reset() { series.set(0) }
}

final class MeterSeries: MeterHandler {
  private let series: Series

  init(_ series: Series) { self.series = series }

  func set(_ value: Int64) { series.set(Double(value)) }
  func set(_ value: Double) { series.set(value) }
  func increment(by amount: Double) { series.add(amount) }
  func decrement(by amount: Double) { series.add(-amount) }
}

final class RecorderSeries: RecorderHandler {
  private let series: Series

  init(_ series: Series) { self.series = series }

  func record(_ value: Int64) { series.record(Double(value)) }
  func record(_ value: Double) { series.record(value) }
}

final class TimerSeries: TimerHandler {
  private let series: Series

  init(_ series: Series) { self.series = series }

  func recordNanoseconds(_ duration: Int64) { series.record(Double(duration) / 1e9) }
}
