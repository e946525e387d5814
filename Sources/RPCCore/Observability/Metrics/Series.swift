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

// One class for what swift-metrics has five for: a counter only grows, a gauge goes both ways.
extension Series:
  CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler
{
  func increment(by amount: Double) {
    state.withLock { $0.value += kind == .counter ? max(0, amount) : amount }
  }

  func increment(by amount: Int64) { increment(by: Double(amount)) }
  func decrement(by amount: Double) { increment(by: -amount) }

  func set(_ value: Double) { state.withLock { $0.value = value } }
  func set(_ value: Int64) { set(Double(value)) }
  func reset() { set(0.0) }

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

  func record(_ value: Int64) { record(Double(value)) }
  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
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
