import Foundation

/// What a run shows while it goes on.
struct RunState: Sendable {
  enum Phase: Sendable {
    case connecting
    case warmingUp
    case measuring
    /// The time is up; answers to what was sent still count.
    case finishing
  }

  var phase: Phase
  /// Seconds since the calls began.
  var elapsed: Double
  /// Calls per second and latencies in nanoseconds, of the last moments.
  var callsPerSecond: Double
  var median: UInt64
  var percentile99: UInt64
  var failed: Int
  var backlog: Int
}

/// Looks at a run at regular times, from its start until it is cancelled.
struct Sampler: Sendable {
  let plan: LoadPlan
  let clock: RunClock
  let lanes: [Lane]
  let show: @Sendable (RunState) -> Void

  private static let slicesMin = 50.0
  private static let sliceSecondsMin = 0.1
  private static let tickSecondsMax = 0.5

  /// What was seen.
  struct Findings {
    var collector: MeasurementCollector
    var monitor: ServerMonitor?
    /// Processors that this process kept busy in the measured time.
    var generatorCores = 0.0
    /// Seconds that were measured.
    var measuredSeconds = 0.0
  }

  /// The length of a slice in ticks, and of a tick in seconds.
  static func ticks(duration: Double) -> (perSlice: Int, seconds: Double) {
    // A multiple of the blocks, so that none of them ends inside a slice.
    let slices =
      duration / sliceSecondsMin >= slicesMin
      ? Int(slicesMin) : max(1, Int(duration / sliceSecondsMin / 10)) * 10
    let slice = duration / Double(slices)
    let ticks = max(1, Int((slice / tickSecondsMax).rounded(.up)))
    return (ticks, slice / Double(ticks))
  }

  /// Watches until cancelled, and returns what it saw.
  func run(_ collector: MeasurementCollector, _ monitor: ServerMonitor?) async -> Findings {
    var findings = Findings(collector: collector, monitor: monitor)
    do {
      try await warmUp(&findings)
      try await measure(&findings)
      while true {
        try await Task.sleep(for: .milliseconds(100))
        findings.collector.collect()
        tell(.finishing, findings, tickSeconds: 1)
      }
    } catch {
      return findings
    }
  }

  private func warmUp(_ findings: inout Findings) async throws {
    let (_, tick) = Self.ticks(duration: plan.duration / .seconds(1))
    let end = clock.start + plan.warmUp
    while .now + .seconds(tick) < end {
      try await Task.sleep(for: .seconds(tick))
      let before = findings.collector.open.completed
      findings.collector.collect()
      tell(.warmingUp, findings, completedBefore: before, tickSeconds: tick)
    }
    try await Task.sleep(until: end, tolerance: .zero, clock: .continuous)
    findings.collector.endWarmUp()
    _ = findings.monitor?.sample()
    findings.monitor?.restart()
  }

  private func measure(_ findings: inout Findings) async throws {
    let (perSlice, tick) = Self.ticks(duration: plan.duration / .seconds(1))
    let start = ContinuousClock.now
    let usedBefore = Self.ownSeconds()
    let ticks = Int((plan.duration / .seconds(1) / tick).rounded())
    var sliceStart = 0.0
    defer {
      findings.measuredSeconds = start.duration(to: .now) / .seconds(1)
      findings.generatorCores = (Self.ownSeconds() - usedBefore) / findings.measuredSeconds
      // Cut off by Ctrl-C or by the last call: what was measured of the slice counts.
      let rest = (findings.measuredSeconds - sliceStart) / (tick * Double(perSlice))
      if rest > 0.05 {
        let block =
          findings.collector.slices.count * MeasurementCollector.blockCount / (ticks / perSlice)
        end(
          sliceFrom: sliceStart, at: findings.measuredSeconds, block: rest > 0.9 ? block : nil,
          &findings)
      }
    }
    for number in 1...ticks {
      let due = clock.start + plan.warmUp + .seconds(tick * Double(number))
      try await Task.sleep(until: due, tolerance: .zero, clock: .continuous)
      let before = findings.collector.open.completed
      findings.collector.collect()
      tell(.measuring, findings, completedBefore: before, tickSeconds: tick)
      guard number.isMultiple(of: perSlice) else { continue }
      let now = start.duration(to: .now) / .seconds(1)
      end(
        sliceFrom: sliceStart, at: now,
        block: (number / perSlice - 1) * MeasurementCollector.blockCount / (ticks / perSlice),
        &findings)
      sliceStart = now
    }
  }

  private func end(sliceFrom start: Double, at end: Double, block: Int?, _ findings: inout Findings)
  {
    let sample = findings.monitor?.sample()
    findings.collector.endSlice(
      from: start, to: end, block: block, backlog: backlog, server: sample)
  }

  private var backlog: Int {
    plan.callsPerSecond == nil ? 0 : lanes.reduce(0) { $0 + $1.backlog }
  }

  private func tell(
    _ phase: RunState.Phase, _ findings: Findings, completedBefore: Int = 0, tickSeconds: Double
  ) {
    let open = findings.collector.open
    let latencies = open.allLatencies
    show(
      RunState(
        phase: phase, elapsed: clock.start.duration(to: .now) / .seconds(1),
        callsPerSecond: Double(open.completed - completedBefore) / tickSeconds,
        median: latencies.value(at: 50), percentile99: latencies.value(at: 99),
        failed: findings.collector.total.failedCount + open.failedCount, backlog: backlog))
  }

  private static func ownSeconds() -> Double {
    let pid = Int(ProcessInfo.processInfo.processIdentifier)
    return ProcessFiles().usage(of: pid)?.processorSeconds ?? 0
  }
}
