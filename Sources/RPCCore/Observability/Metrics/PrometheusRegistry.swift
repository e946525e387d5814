public import CoreMetrics
import Synchronization

/// Keeps what swift-metrics records, and writes it as Prometheus' text format 0.0.4.
///
/// Timers and recorders become histograms; timers count in seconds. A label of swift-metrics is the
/// metric's name; characters that Prometheus does not allow in one become `_`.
public final class PrometheusRegistry: MetricsFactory {
  /// What identifies a series: a metric with the values of its labels.
  struct Key: Hashable {
    let name: String
    /// The labels as they are written, without the braces.
    let labels: String
  }

  private let seriesMax: Int
  private let series = Mutex<[Key: Series]>([:])

  /// Makes one that keeps at most so many series; what is recorded for further ones is dropped, so
  /// that no caller can fill the memory with names.
  public init(seriesMax: Int = 10_000) { self.seriesMax = seriesMax }

  /// All series, sorted by name.
  public var text: String {
    let all = series.withLock { $0 }
    var text = ""
    let byName = Dictionary(grouping: all, by: \.key.name).sorted { $0.key < $1.key }
    for (name, ofName) in byName {
      guard let kind = ofName.first?.value.kind else { continue }
      text += "# TYPE \(name) \(kind)\n"
      for (key, one) in ofName.sorted(by: { $0.key.labels < $1.key.labels }) {
        text += one.text(key)
      }
    }
    return text
  }

  private func find(
    _ label: String, _ dimensions: [(String, String)], _ kind: Series.Kind
  ) -> Series {
    let key = Key(
      name: PrometheusText.name(label), labels: PrometheusText.labels(dimensions))
    return series.withLock { series in
      // A name has one kind; another one records into the void.
      if let known = series[key] { return known.kind == kind ? known : Series(kind) }
      let new = Series(kind)
      if series.count < seriesMax { series[key] = new }
      return new
    }
  }

  /// A series that only grows.
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    find(label, dimensions, .counter)
  }

  /// A series that only grows, in parts of one as well.
  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    find(label, dimensions, .counter)
  }

  /// A value that goes up and down.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    find(label, dimensions, .gauge)
  }

  /// A histogram, or without `aggregate` the last value.
  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    find(label, dimensions, aggregate ? .histogram : .gauge)
  }

  /// A histogram of seconds.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    find(label, dimensions, .histogram)
  }

  // What was recorded stays: a counter that vanishes and comes back would look like a restart.

  /// Does nothing.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// Does nothing.
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  /// Does nothing.
  public func destroyMeter(_ handler: any MeterHandler) {}
  /// Does nothing.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// Does nothing.
  public func destroyTimer(_ handler: any TimerHandler) {}
}
